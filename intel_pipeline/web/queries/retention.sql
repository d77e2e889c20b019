-- Of those who followed a target in a month, how many stayed; the newest twelve months.
from (
    select cohort_month, days_later, cohort, still_following, retention,
        dense_rank() over (order by cohort_month desc) as place
    from cohort_retention where target = $target
) where place <= 12 order by cohort_month, days_later
