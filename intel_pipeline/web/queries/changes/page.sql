-- A page of the feed: $most changes of all targets, newest first, from the place ($after_at, $after_id) on, without names.
-- What a capture taught of many is looked at before it is unfolded: each lesson tells of one follower at least, so that
-- the $most newest hold the page, and nothing older is unfolded. follower_changes would look up everybody's name.
with said as (
    select lesson_id, learned_at, target, kind, state, not_before, not_after, reason, first_capture_id, followers
    from lessons
    where not (kind = 'left' and state = 'suspected')
        and ($target is null or target = $target)
        and ($kind is null or kind = $kind)
        and ($state is null or state = $state)
        and ($since::timestamptz is null or not_after >= $since)
        and ($before::timestamptz is null or not_after < $before)
        and ($after_at::timestamptz is null or not_after <= $after_at)
),
newest as (
    select not_after, sum(followers) over (order by not_after desc rows unbounded preceding) - followers as newer
    from (
        select not_after, followers from said
        where $after_at::timestamptz is null or not_after < $after_at
        order by not_after desc limit $most
    )
),
picked as (
    from said
    -- Of how many the lessons tell that are as old as the page before ended is not asked: they are all taken.
    where not_after >= coalesce((select min(not_after) from newest where newer < $most), '-infinity'::timestamptz)
),
told as (
    -- By the moment too: it is what tells DuckDB which parts of the table need not be read.
    select target, user_id, kind, state, null::varchar as previous_username, not_before, not_after, reason,
        first_capture_id, learned_at
    from lesson_followers join picked using (lesson_id, learned_at)
    union all
    select target, user_id, kind, state, previous_username, not_before, not_after, reason, first_capture_id, learned_at
    from renames join picked using (lesson_id, learned_at)
    union all
    select target, user_id, 'left', 'suspected', null, not_before, not_after, reason, first_capture_id, null
    from open_losses
    where ($target is null or target = $target)
        and ($kind is null or $kind = 'left')
        and ($state is null or $state = 'suspected')
        and ($since::timestamptz is null or not_after >= $since)
        and ($before::timestamptz is null or not_after < $before)
        and ($after_at::timestamptz is null or not_after <= $after_at)
),
changes as (
    select change_id_of(target, kind, user_id, first_capture_id) as change_id, target, user_id, kind, state,
        previous_username as value_before, null::varchar as value_after, not_before, not_after, reason, learned_at
    from told
    union all
    select change_id, target, user_id, field, 'confirmed', value_before, value_after, not_before, not_after, null, null
    from profile_changes
    where ($target is null or target = $target)
        -- Counts differ at every capture: who wants to see them asks for them.
        and if(field in ('follower_count', 'following_count', 'media_count'), $kind = 'counts',
            $kind is null or $kind = 'profile')
        and ($state is null or $state = 'confirmed')
        and ($since::timestamptz is null or not_after >= $since)
        and ($before::timestamptz is null or not_after < $before)
        and ($after_at::timestamptz is null or not_after <= $after_at)
)
from changes
where $after_at::timestamptz is null or (not_after, change_id) < ($after_at, $after_id)
order by not_after desc, change_id desc
limit $most
