-- One target from $since to $until (null is today), a row per $grain (day or week, in UTC) in which anything was captured:
-- what Instagram counted last, who came and went, and who has been missing since then, which is no loss yet.
with days as (
    select date_trunc($grain, day)::date as day, max_by(follower_count, day) as follower_count, sum(gained) as gained,
        sum(followed) as followed, sum(revealed) as revealed, sum(lost) as lost
    from daily_growth where target = $target and day >= $since and ($until is null or day <= $until)
    group by all
),
counted as (
    select date_trunc($grain, captured_at at time zone 'UTC')::date as day, max(captured_at) as counted_at
    from profile_history where target = $target and follower_count is not null group by all
),
missing as (
    select date_trunc($grain, not_after at time zone 'UTC')::date as day, count(*) as suspected
    from open_losses where target = $target group by all
)
select day, counted_at, follower_count, gained::bigint as gained, followed::bigint as followed, revealed::bigint as revealed,
    lost::bigint as lost, coalesce(suspected, 0) as suspected
from days left join counted using (day) left join missing using (day)
order by day
