-- How many changes of each kind and state there were by day (UTC), of what page.sql lists.
with changes as (
    select not_after, kind, state, target, followers from lessons where not (kind = 'left' and state = 'suspected')
    union all
    select not_after, 'left', 'suspected', target, 1 from open_losses
    union all
    select not_after,
        if(field in ('follower_count', 'following_count', 'media_count'), 'counts', 'profile'), 'confirmed', target, 1
    from profile_changes
)
select (not_after at time zone 'UTC')::date as day, kind, state, sum(followers)::bigint as changes
from changes
where ($target is null or target = $target)
    and if($kind is null, kind <> 'counts', kind = $kind)
    and ($state is null or state = $state)
    and ($since::timestamptz is null or not_after >= $since)
    and ($before::timestamptz is null or not_after < $before)
group by all order by day, kind, state
