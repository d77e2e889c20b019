-- Days since $since on which a target grew or shrank unlike before: the numbers of growth_anomalies, of these days only.
-- That view goes through everybody who ever came or left, which takes a second at a million changes.
with counts as (
    select target, (captured_at at time zone 'UTC')::date as day, max_by(follower_count, captured_at) as follower_count
    from profile_history
    where follower_count is not null and captured_at >= timezone('UTC', ($since::date - 60)::timestamp)
    group by all
),
grown as (
    select target, day, (follower_count - lag(follower_count) over by_day) / (day - lag(day) over by_day) as gained_per_day
    from counts window by_day as (partition by target order by day)
),
compared as (
    select now.target, now.day, now.gained_per_day, median(before.gained_per_day) as usual,
        mad(before.gained_per_day) as spread, count(before.gained_per_day) as days_known
    from grown as now join grown as before
        on before.target = now.target and before.day between now.day - 28 and now.day - 1
    where now.day >= $since and now.gained_per_day is not null
    group by all
)
select target, day, gained_per_day, usual, 0.6745 * (gained_per_day - usual) / greatest(spread, 1) as score from compared
where days_known >= 7 and abs(score) > 3.5
order by day desc, abs(score) desc, target limit 5
