-- Finished captures, newest first, from the place ($after_at, $after_id) on.
select capture_id, target, surface, round, finished_at, if(held, 'held', verdict) as verdict, distinct_count as listed,
    reported_after as reported, gap_low, gap_high, missing_count as missing, set_aside, page_count as pages, reasons
from captures
where ($target is null or target = $target)
    and ($surface is null or surface = $surface)
    and ($verdict is null or if($verdict = 'held', held, verdict = $verdict))
    and ($since::timestamptz is null or finished_at >= $since)
    and ($before::timestamptz is null or finished_at < $before)
    and ($after_at::timestamptz is null or (finished_at, capture_id) < ($after_at, $after_id))
order by finished_at desc, capture_id desc
limit $most
