select cohort_month, days_later, cohort, still_following, retention
from cohort_retention where target = $target order by cohort_month, days_later
