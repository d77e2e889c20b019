-- At most $most followers in whose name, or a former one, $part is found.
select distinct target, user_id from (
    select target, user_id from newest_names
    where contains(username, $part) and ($target is null or target = $target)
    union all
    select target, user_id from renames join lessons using (lesson_id, learned_at)
    where contains(previous_username, $part) and ($target is null or target = $target)
)
limit $most
