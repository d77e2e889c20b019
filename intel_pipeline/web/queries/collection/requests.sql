-- Requests since $since by hour or day ($step), session, surface and status, as far as they are published.
select date_trunc($step, sent_at at time zone 'UTC') as "at", session, coalesce(surface, 'login') as surface, status,
    count(*) as requests, coalesce(sum(waited), 0) as waited, coalesce(sum(bytes), 0)::bigint as bytes
from requests where sent_at >= $since
group by all order by "at", session, surface, status
