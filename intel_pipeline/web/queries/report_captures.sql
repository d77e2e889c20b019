-- What the captures of a target's period proved, by surface and verdict, with all reasons that were given.
select surface, verdict, count(*) as captures, min(finished_at) as first_at, max(finished_at) as last_at,
    array_to_string(list_sort(list_distinct(flatten(list(reasons)))), '; ') as reasons
from captures
where target = $target and finished_at >= timezone('UTC', $from_day::date::timestamp)
    and finished_at < timezone('UTC', ($to_day::date + 1)::timestamp)
group by all order by surface, verdict
