-- How a target's newest posts have gathered likes with their age, each at most once in six hours.
with newest as (
    select post_id, shortcode, taken_at from posts where target = $target order by taken_at desc limit $most
)
select shortcode, taken_at, max(age_hours) as age_hours, max_by(like_count, age_hours) as likes,
    max_by(comment_count, age_hours) as comments
from newest join post_metrics using (post_id)
where post_metrics.target = $target and like_count is not null
group by shortcode, taken_at, floor(age_hours / 6)
order by taken_at desc, shortcode, age_hours
