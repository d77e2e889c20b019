-- The newest names of some followers. Pairs of $targets and $user_ids that nobody is are of no harm.
select target, user_id, username from newest_names
where target in (select unnest($targets)) and user_id in (select unnest($user_ids))
