select target, day, gained_per_day, usual, score from growth_anomalies
where is_anomaly and day >= $since order by day desc, abs(score) desc limit 5
