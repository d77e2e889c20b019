select week, posts, images, videos, sidecars, median_hours_between
from posting_cadence
where target = $target
    and ($since::date is null or week >= $since)
    and ($until::date is null or week <= $until)
    and ($after_week::date is null or week > $after_week)
order by week
limit $most
