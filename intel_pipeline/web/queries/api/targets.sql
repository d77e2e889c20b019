-- How each target stood: what Instagram last reported, its last complete list, and the verdict of its newest one.
with reported as (
    select target, max_by(follower_count, captured_at) as followers, max(captured_at) as followers_at
    from profile_history where follower_count is not null group by target
),
listed as (
    select target, max_by(distinct_count, finished_at) filter (verdict = 'complete') as listed,
        max_by(verdict, finished_at) as verdict
    from captures where surface = 'followers' and finished_at is not null group by target
)
select target, followers, followers_at, listed, verdict
from targets left join reported using (target) left join listed using (target)
where $label is null or target = $label
