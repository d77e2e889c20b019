-- The posts of a target's period as they stood last, those with the most engagement first.
with figures as (
    select post_id, max_by(like_count, captured_at) as likes, max_by(comment_count, captured_at) as comments,
        max_by(engagement_rate, captured_at) as engagement
    from post_metrics where target = $target group by post_id
)
select shortcode, taken_at, media_type, left(caption, 140) as caption, likes, comments, engagement
from posts left join figures using (post_id)
where posts.target = $target and taken_at >= timezone('UTC', $from_day::date::timestamp)
    and taken_at < timezone('UTC', ($to_day::date + 1)::timestamp)
order by engagement desc nulls last, taken_at desc limit $most
