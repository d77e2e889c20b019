-- Whose change it is: with that follower's number, what is known of them is found without a look at all others.
select user_id from lesson_followers join lessons using (lesson_id)
where target = $target and change_id_of(target, kind, user_id, first_capture_id) = $change_id
union all
select user_id from renames join lessons using (lesson_id)
where target = $target and change_id_of(target, kind, user_id, first_capture_id) = $change_id
limit 1
