-- What was set aside, by the rule that it broke; of one capture, or of all. No rows: they name people.
select surface, "column", rule, count(*) as rows, count(distinct target) as targets,
    count(distinct capture_id) as captures, max(captured_at) as newest
from quarantine where $capture_id is null or capture_id = $capture_id
group by all order by rows desc, surface, "column", rule
