select age_days, posts, median_likes, median_comments, median_views, median_engagement_rate
from engagement_by_age where target = $target and age_days <= 60 order by age_days
