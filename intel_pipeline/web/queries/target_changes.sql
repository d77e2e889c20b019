-- What is known of a target's followers' comings and goings, newest first, from the place ($after_at, $after_id) on, as
-- follower_changes has it. That view joins every row with its name; at a million changes it takes more memory than a
-- server has, so that names are looked up here for the rows that are shown. $username finds all changes of those who
-- have ever borne it.
with named as (
    select user_id from newest_names where target = $target and contains(username, $username)
    union
    select user_id from renames join lessons using (lesson_id)
    where lessons.target = $target and contains(previous_username, $username)
),
asked as (
    from lessons
    where target = $target
        and ($kind is null or kind = $kind)
        and ($state is null or state = $state)
        and ($from_day is null or not_after >= timezone('UTC', $from_day::date::timestamp))
        and ($to_day is null or not_after < timezone('UTC', ($to_day::date + 1)::timestamp))
),
known as (
    select user_id, kind, state, null::varchar as previous_username, not_before, not_after, reason, first_capture_id
    from lesson_followers join asked using (lesson_id) where kind <> 'left' or state <> 'suspected'
    union all
    select user_id, kind, state, previous_username, not_before, not_after, reason, first_capture_id
    from renames join asked using (lesson_id)
    union all
    select user_id, 'left', 'suspected', null, not_before, not_after, reason, first_capture_id
    from open_losses
    where target = $target and coalesce($kind, 'left') = 'left' and coalesce($state, 'suspected') = 'suspected'
        and ($from_day is null or not_after >= timezone('UTC', $from_day::date::timestamp))
        and ($to_day is null or not_after < timezone('UTC', ($to_day::date + 1)::timestamp))
),
listed as (
    select change_id_of($target, kind, user_id, first_capture_id) as change_id, *
    from known where $username is null or user_id in (select user_id from named)
),
shown as materialized (
    from listed
    where $after_at is null or (not_after, change_id) < ($after_at::timestamptz, $after_id)
    order by not_after desc, change_id desc limit $most
),
-- The name that somebody took is the one before the next, or the newest.
taken as (
    select first_capture_id, user_id, lead(previous_username) over (partition by user_id order by renames.learned_at) as username
    from renames join lessons using (lesson_id)
    where lessons.target = $target and user_id in (select user_id from shown where kind = 'renamed')
),
settled as (
    select change_id, max_by(cause, looked_up_at) as cause from settlements
    where target = $target group by change_id
)
select shown.change_id, not_before, not_after, kind, state, coalesce(taken.username, newest.username) as username,
    previous_username, if(kind = 'left', coalesce(settled.cause, 'unknown'), null) as cause, reason, shown.user_id
from shown
left join (from newest_names where target = $target and user_id in (select user_id from shown)) as newest
    on newest.user_id = shown.user_id
left join taken on kind = 'renamed' and taken.user_id = shown.user_id and taken.first_capture_id = shown.first_capture_id
left join settled on settled.change_id = shown.change_id
order by not_after desc, shown.change_id desc
