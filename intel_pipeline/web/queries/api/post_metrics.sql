select captured_at, age_hours, like_count, comment_count, view_count, engagement_rate
from post_metrics
where target = $target and post_id = $post_id
    and ($after_captured_at::timestamptz is null or captured_at < $after_captured_at)
order by captured_at desc
limit $most
