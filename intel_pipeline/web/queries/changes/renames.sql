-- When some followers took another name, and what it was before: the one after it is the one before the next.
select target, user_id, renames.learned_at, previous_username
from renames join lessons using (lesson_id, learned_at)
where user_id in (select unnest($user_ids)) and target in (select unnest($targets))
