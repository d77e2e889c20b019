-- The hashtags of a target's posts, the most used first, with how posts did that bear them: as they stood a day later.
with after_a_day as (
    select post_id, min_by(engagement_rate, age_hours) as engagement
    from post_metrics where target = $target and age_hours >= 24 group by post_id
)
select hashtag, count(*) as posts, median(engagement) as engagement, max(taken_at) as last_at
from hashtags left join after_a_day using (post_id)
where hashtags.target = $target group by hashtag order by posts desc, hashtag limit $most
