with page as (
    select target, post_id, shortcode, owner_id, taken_at, media_type, caption, is_pinned, first_seen_at, last_seen_at
    from posts
    where ($target is null or target = $target)
        and ($since::timestamptz is null or taken_at >= $since)
        and ($until::timestamptz is null or taken_at < $until)
        and ($after_taken_at::timestamptz is null
            or (taken_at, target, post_id) < ($after_taken_at, $after_target, $after_post_id))
    order by taken_at desc, target desc, post_id desc
    limit $most
),
newest as (
    select target, post_id, captured_at, age_hours, like_count, comment_count, view_count, engagement_rate
    from post_metrics semi join page using (target, post_id)
    qualify row_number() over (partition by target, post_id order by captured_at desc) = 1
)
select page.*, captured_at, age_hours, like_count, comment_count, view_count, engagement_rate
from page left join newest using (target, post_id)
order by taken_at desc, target desc, post_id desc
