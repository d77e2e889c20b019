select day, follower_count, gained, gained_per_day, followed, revealed, lost, churn_rate
from daily_growth
where target = $target
    and ($since::date is null or day >= $since)
    and ($until::date is null or day <= $until)
    and ($after_day::date is null or day > $after_day)
order by day
limit $most
