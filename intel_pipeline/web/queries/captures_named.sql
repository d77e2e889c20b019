-- Captures by their ids, oldest first.
select capture_id, surface, origin, started_at, finished_at, verdict, coalesce(held, false) as held, distinct_count,
    reported_before, reported_after, page_count, gap_low, gap_high, ended, array_to_string(reasons, '; ') as reasons
from captures where target = $target and list_contains($ids, capture_id)
order by finished_at, capture_id
