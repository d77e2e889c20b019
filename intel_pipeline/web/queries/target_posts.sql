-- A target's posts as they stood last, in the order that is asked for; those without figures at the end.
with figures as (
    select post_id, max(captured_at) as captured_at, max_by(age_hours, captured_at) as age_hours,
        max_by(like_count, captured_at) as likes, max_by(comment_count, captured_at) as comments,
        max_by(view_count, captured_at) as views, max_by(engagement_rate, captured_at) as engagement
    from post_metrics where target = $target group by post_id
)
select post_id, shortcode, taken_at, media_type, left(caption, 140) as caption, is_pinned, likes, comments, views,
    engagement, age_hours, captured_at
from posts left join figures using (post_id)
where posts.target = $target
order by case $sort when 'likes' then likes when 'comments' then comments when 'engagement' then engagement end
    desc nulls last, taken_at desc, post_id
limit $most offset $skipped
