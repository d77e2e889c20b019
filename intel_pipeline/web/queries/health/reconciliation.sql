-- By target and day of $first to $last: what Instagram's count changed by, beside who came and who left by the lists. Only
-- days whose count and list follow upon a count and a complete list of the day before: else they tell of other spans.
-- `off` is what not even the suspected losses explain.
with counts as (
    select target, (captured_at at time zone 'UTC')::date as day, max_by(follower_count, captured_at) as reported
    from profile_history
    where follower_count is not null and captured_at >= timezone('UTC', ($first::date - 1)::timestamp)
        and captured_at < timezone('UTC', ($last::date + 1)::timestamp)
    group by all
),
lists as (
    select distinct target, (finished_at at time zone 'UTC')::date as day from follower_balance
    where verdict = 'complete' and finished_at >= timezone('UTC', ($first::date - 1)::timestamp)
),
moved as (
    select target, (not_after at time zone 'UTC')::date as day,
        sum(followers) filter (kind <> 'left') as followed, sum(followers) filter (kind = 'left') as lost,
        null::bigint as suspected
    from lessons
    where not_after >= timezone('UTC', $first::date::timestamp)
        and (kind in ('followed', 'refollowed') or (kind = 'left' and state = 'confirmed'))
    group by all
    union all
    select target, (not_after at time zone 'UTC')::date, 0, 0, count(*) from open_losses
    where not_after >= timezone('UTC', $first::date::timestamp)
    group by all
),
days as (
    select target, day, coalesce(sum(followed), 0)::bigint as followed, coalesce(sum(lost), 0)::bigint as lost,
        coalesce(sum(suspected), 0)::bigint as suspected
    from moved group by all
),
compared as (
    select counts.target, counts.day, counts.reported - earlier.reported as gained,
        coalesce(followed, 0) as followed, coalesce(lost, 0) as lost, coalesce(suspected, 0) as suspected,
        counts.reported - earlier.reported - coalesce(followed, 0) + coalesce(lost, 0) as unexplained
    from counts
    join counts as earlier on earlier.target = counts.target and earlier.day = counts.day - 1
    join lists on lists.target = counts.target and lists.day = counts.day
    join lists as listed_before on listed_before.target = counts.target and listed_before.day = counts.day - 1
    left join days on days.target = counts.target and days.day = counts.day
    where counts.day >= $first::date
)
select *, case when unexplained > 0 then unexplained when unexplained + suspected < 0 then unexplained + suspected else 0 end as "off"
from compared order by abs("off") desc, day desc, target
