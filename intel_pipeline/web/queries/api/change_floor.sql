-- From which moment on there are at least `most` changes: the newest page needs no older ones. Suspected losses may have
-- been decided since, and do not count.
select min(not_after) as floor, coalesce(max(running), 0) as counted
from (
    select not_after, running
    from (
        select not_after, sum(followers) over (order by not_after desc, lesson_id) as running, followers
        from lessons
        where state <> 'suspected'
            and ($target is null or target = $target)
            and ($kind is null or kind = $kind)
            and ($state is null or state = $state)
            and ($since::timestamptz is null or not_after >= $since)
            and ($until::timestamptz is null or not_after < $until)
            and ($after_not_after::timestamptz is null or not_after < $after_not_after)
    )
    where running - followers < $most
)
