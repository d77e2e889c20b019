-- As page.sql, of the followers $user_ids who follow or followed a target by a name that is asked for.
with asked as (
    select unnest($targets) as target, unnest($user_ids) as user_id
),
-- First those who are asked for: the rest of the log is passed over by its numbers.
told as (
    select lesson_id, user_id, null::varchar as previous_username, learned_at from lesson_followers
    where user_id in (select user_id from asked)
    union all
    select lesson_id, user_id, previous_username, learned_at from renames
    where user_id in (select user_id from asked)
),
log as (
    select lessons.target, told.user_id, kind, state, previous_username, not_before, not_after, reason,
        first_capture_id, told.learned_at
    from told join lessons using (lesson_id)
    where not (kind = 'left' and state = 'suspected')
    union all
    select target, user_id, 'left', 'suspected', null, not_before, not_after, reason, first_capture_id, null
    from open_losses where user_id in (select user_id from asked)
),
changes as (
    select change_id_of(target, kind, user_id, first_capture_id) as change_id, target, user_id, kind, state,
        previous_username as value_before, null::varchar as value_after, not_before, not_after, reason, learned_at
    from log semi join asked using (target, user_id)
)
from changes
where ($kind is null or kind = $kind)
    and ($state is null or state = $state)
    and ($since::timestamptz is null or not_after >= $since)
    and ($before::timestamptz is null or not_after < $before)
    and ($after_at::timestamptz is null or (not_after, change_id) < ($after_at, $after_id))
order by not_after desc, change_id desc
limit $most
