-- The reported followers of chosen targets from $since on, the last of each $grain (day or week, in UTC).
select target, date_trunc($grain, captured_at at time zone 'UTC')::date as day, max_by(follower_count, captured_at) as follower_count
from profile_history
where list_contains($targets, target) and follower_count is not null
    and captured_at >= timezone('UTC', $since::date::timestamp)
group by all order by target, day
