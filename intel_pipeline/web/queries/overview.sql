-- Every target, as of $today (a day in UTC): 30 days of its count, and what came and went in seven.
with counts as (
    select target, (captured_at at time zone 'UTC')::date as day, max_by(follower_count, captured_at) as follower_count
    from profile_history
    where follower_count is not null and captured_at >= timezone('UTC', ($today::date - 30)::timestamp)
        and captured_at < timezone('UTC', ($today::date + 1)::timestamp)
    group by all
),
curves as (
    select target, list(day order by day) as days, list(follower_count order by day) as curve,
        max_by(follower_count, day) as followers,
        max_by(follower_count, day) filter (day <= $today::date - 7) as followers_before
    from counts group by target
),
arrived as (
    select target, count(*) as followed from follower_spans
    where began_as in ('followed', 'refollowed')
        and followed_not_after >= timezone('UTC', ($today::date - 6)::timestamp)
    group by target
),
gone as (
    select target, count(*) as lost from follower_spans
    where left_not_after >= timezone('UTC', ($today::date - 6)::timestamp) group by target
),
suspected as (
    select target, count(*) as suspected from open_losses group by target
),
engagement as (
    select target, median(engagement_rate) as engagement from (
        select target, post_id, max_by(engagement_rate, captured_at) as engagement_rate
        from post_metrics
        where age_hours >= 24 and captured_at >= timezone('UTC', ($today::date - 14)::timestamp)
        group by target, post_id
    ) group by target
),
newest as (
    select target, max(finished_at) filter (verdict = 'complete') as complete_at,
        map_from_entries(list((surface, verdict))) as verdicts,
        list_distinct(flatten(list(reasons) filter (verdict <> 'complete'))) as reasons,
        bool_or(held) as held
    from (
        from captures
        where finished_at >= timezone('UTC', ($today::date - 60)::timestamp)
        qualify row_number() over (partition by target, surface order by finished_at desc) = 1
    )
    group by target
)
select targets.target, targets.username, targets.state, targets.purpose, days, curve, followers,
    followers - followers_before as net, coalesce(followed, 0) as followed, coalesce(lost, 0) as lost,
    coalesce(suspected, 0) as suspected, lost / nullif(followers_before, 0) as churn_rate, engagement, complete_at,
    verdicts, reasons, coalesce(newest.held, false) as held
from targets
left join curves using (target) left join arrived using (target) left join gone using (target)
left join suspected using (target) left join engagement using (target) left join newest using (target)
order by targets.target
