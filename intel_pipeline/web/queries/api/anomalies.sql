select day, gained_per_day, usual, score, is_anomaly
from growth_anomalies
where target = $target
    and ($since::date is null or day >= $since)
    and ($until::date is null or day <= $until)
    and ($after_day::date is null or day > $after_day)
order by day
limit $most
