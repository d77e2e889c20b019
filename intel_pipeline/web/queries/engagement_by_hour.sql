select weekday, hour, posts, median_engagement_rate
from engagement_by_hour where target = $target order by weekday, hour
