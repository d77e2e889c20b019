-- A target's period, from the beginning of $from_day to the end of $to_day (UTC), in figures.
with bounds as (
    select timezone('UTC', $from_day::date::timestamp) as starts, timezone('UTC', ($to_day::date + 1)::timestamp) as ends
),
counts as (
    select max_by(follower_count, captured_at) filter (captured_at < starts) as followers_before,
        min_by(follower_count, captured_at) filter (captured_at >= starts and captured_at < ends) as followers_first,
        max_by(follower_count, captured_at) filter (captured_at < ends) as followers
    from profile_history, bounds where target = $target and follower_count is not null
),
changes as (
    select coalesce(sum(followers) filter (kind = 'followed'), 0)::bigint as followed,
        coalesce(sum(followers) filter (kind = 'refollowed'), 0)::bigint as refollowed,
        coalesce(sum(followers) filter (kind = 'revealed'), 0)::bigint as revealed,
        coalesce(sum(followers) filter (kind = 'renamed'), 0)::bigint as renamed,
        coalesce(sum(followers) filter (kind = 'left' and state = 'confirmed'), 0)::bigint as lost
    from lessons, bounds where target = $target and not_after >= starts and not_after < ends
),
missing as (
    select count(*) as suspected from open_losses, bounds
    where target = $target and not_after >= starts and not_after < ends
),
posted as (
    select count(*) as posts from posts, bounds where target = $target and taken_at >= starts and taken_at < ends
),
engaged as (
    select median(engagement) as engagement from (
        select min_by(engagement_rate, age_hours) as engagement
        from post_metrics join posts using (target, post_id), bounds
        where target = $target and age_hours >= 24 and taken_at >= starts and taken_at < ends group by post_id
    )
)
select followers, coalesce(followers_before, followers_first) as followers_before,
    followers - coalesce(followers_before, followers_first) as net, changes.*, suspected,
    lost / nullif(coalesce(followers_before, followers_first), 0) as churn_rate, posts, engagement
from counts, changes, missing, posted, engaged
