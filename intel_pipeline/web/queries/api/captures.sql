select capture_id, target, surface, round, origin, started_at, finished_at, verdict, reasons, held,
    distinct_count as listed, reported_before, reported_after, page_count as pages, gap_low, gap_high,
    missing_count as missing, set_aside
from captures
where finished_at is not null
    and ($capture_id is null or capture_id = $capture_id)
    and ($target is null or target = $target)
    and ($surface is null or surface = $surface)
    and ($verdict is null or verdict = $verdict)
    and ($since::timestamptz is null or finished_at >= $since)
    and ($until::timestamptz is null or finished_at < $until)
    and ($after_finished_at::timestamptz is null
        or (finished_at, capture_id) < ($after_finished_at, $after_capture_id))
order by finished_at desc, capture_id desc
limit $most
