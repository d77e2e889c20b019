-- How many follow both of two of the chosen targets now, for each pair of them.
with sizes as (
    select target, count(*) as followers from open_spans where list_contains($targets, target) group by target
),
shared as (
    select one.target as a, other.target as b, count(*) as shared
    from open_spans as one join open_spans as other on one.user_id = other.user_id and one.target < other.target
    where list_contains($targets, one.target) and list_contains($targets, other.target)
    group by all
)
select of_a.target as a, of_b.target as b, of_a.followers as a_followers, of_b.followers as b_followers,
    coalesce(shared, 0) as shared, of_a.followers - coalesce(shared, 0) as only_a,
    of_b.followers - coalesce(shared, 0) as only_b, coalesce(shared, 0) / of_a.followers as share_of_a,
    coalesce(shared, 0) / of_b.followers as share_of_b,
    coalesce(shared, 0) / (of_a.followers + of_b.followers - coalesce(shared, 0)) as jaccard
from sizes as of_a join sizes as of_b on of_a.target < of_b.target
left join shared on shared.a = of_a.target and shared.b = of_b.target
order by a, b
