-- With which other targets a target shares the most followers, as of now.
with shared as (
    select other.target, count(*) as shared
    from open_spans as one join open_spans as other using (user_id)
    where one.target = $target and other.target <> $target
    group by other.target order by shared desc, other.target limit $most
),
sizes as (
    select target, count(*) as followers from open_spans
    where target = $target or target in (select target from shared) group by target
)
select shared.target, shared, theirs.followers, shared / ours.followers as share_of_ours,
    shared / theirs.followers as share_of_theirs, shared / (ours.followers + theirs.followers - shared) as jaccard
from shared join sizes as theirs using (target) join sizes as ours on ours.target = $target
order by shared desc, shared.target
