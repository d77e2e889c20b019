-- Each two of the targets, and who follows all of them: one pass over their followers.
with chosen as (
    select unnest($targets::varchar[]) as target
),
following as (
    select user_id, list(distinct target order by target) as followed
    from open_spans semi join chosen using (target) group by user_id
),
sets as (
    select followed, count(*) as people from following group by followed
),
sizes as (
    select target, coalesce(sum(people), 0)::bigint as followers
    from chosen left join (select unnest(followed) as target, people from sets) using (target) group by target
)
select one.target as a, other.target as b, one.followers as a_followers, other.followers as b_followers, shared,
    shared / nullif(one.followers, 0) as share_of_a, shared / nullif(other.followers, 0) as share_of_b,
    shared / nullif(one.followers + other.followers - shared, 0) as jaccard,
    (select coalesce(sum(people), 0)::bigint from sets where len(followed) = len($targets)) as shared_by_all
from sizes as one join sizes as other on one.target < other.target,
lateral (
    select coalesce(sum(people), 0)::bigint as shared from sets
    where list_contains(followed, one.target) and list_contains(followed, other.target)
)
order by a, b
