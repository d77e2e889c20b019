-- Changes of followers, newest first, as follower_changes has them. That view joins every row with its name; at a
-- million changes it takes more memory than a server has, so that names are looked up here for the page that is shown.
with asked as (
    from lessons
    where ($target is null or target = $target)
        and ($kind is null or kind = $kind)
        and ($state is null or state = $state)
        and ($floor::timestamptz is null or not_after >= $floor)
        and ($since::timestamptz is null or not_after >= $since)
        and ($until::timestamptz is null or not_after < $until)
        and ($after_not_after::timestamptz is null or not_after <= $after_not_after)
),
told as (
    select lesson_id, user_id, null::varchar as previous_username from lesson_followers
    where ($user_id is null or user_id = $user_id)
        and ($state is distinct from 'suspected' or user_id in (select user_id from open_losses))
    union all
    select lesson_id, user_id, previous_username from renames where $user_id is null or user_id = $user_id
),
known as (
    select asked.*, user_id, previous_username from told join asked using (lesson_id)
),
standing as (
    from known where kind <> 'left' or state <> 'suspected'
    union all
    -- What is suspected still, by its newest word.
    from known semi join open_losses using (target, user_id, first_capture_id)
    where kind = 'left' and state = 'suspected'
    qualify row_number() over (partition by target, user_id, first_capture_id order by learned_at desc) = 1
),
listed as (
    select change_id_of(target, kind, user_id, first_capture_id) as change_id, * from standing
),
shown as materialized (
    from listed
    where $after_not_after::timestamptz is null or (not_after, change_id) < ($after_not_after, $after_change_id)
    order by not_after desc, change_id desc limit $most
),
-- The name that somebody took is the one before the next, or the newest.
taken as (
    select target, user_id, first_capture_id,
        lead(previous_username) over (partition by target, user_id order by lessons.learned_at) as taken
    from renames join lessons using (lesson_id)
    where user_id in (select user_id from shown where kind = 'renamed')
),
named as (
    from newest_names where user_id in (select user_id from shown)
),
settled as (
    select change_id, max_by(cause, looked_up_at) as settled from settlements
    where change_id in (select change_id from shown) group by change_id
)
select change_id, shown.target, shown.user_id, kind, state, coalesce(taken, username) as username, previous_username, not_before,
    not_after, if(kind = 'left', coalesce(settled, 'unknown'), null) as cause, reason, absences, needed, capture_id,
    before_capture_id, shown.first_capture_id
from shown
left join named using (target, user_id)
left join taken on shown.kind = 'renamed' and taken.target = shown.target and taken.user_id = shown.user_id
    and taken.first_capture_id = shown.first_capture_id
left join settled using (change_id)
order by not_after desc, change_id desc
