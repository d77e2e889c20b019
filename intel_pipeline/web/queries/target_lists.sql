-- The captures of a target's follower list from $since to $until (null is today): what each listed, and the band in which the usual gap keeps it.
select capture_id, finished_at, verdict, coalesce(held, false) as held, distinct_count as listed,
    coalesce(reported_after, reported_before) as reported, gap_low, gap_high,
    array_to_string(reasons, '; ') as reasons
from captures
where target = $target and surface = 'followers' and finished_at >= timezone('UTC', $since::date::timestamp)
    and ($until is null or finished_at < timezone('UTC', ($until::date + 1)::timestamp))
order by finished_at, capture_id
