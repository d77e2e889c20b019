-- The last year of weeks in which a target posted.
from (
    select week, posts, images, videos, sidecars, median_hours_between
    from posting_cadence where target = $target order by week desc limit 53
) order by week
