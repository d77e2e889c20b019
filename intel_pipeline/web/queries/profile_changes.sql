-- What a target's profile has changed, newest first; counts have pages of their own.
select change_id, not_before, not_after, field, value_before, value_after
from profile_changes
where target = $target and field not in ('follower_count', 'following_count', 'media_count')
    and ($from_day is null or not_after >= timezone('UTC', $from_day::date::timestamp))
    and ($to_day is null or not_after < timezone('UTC', ($to_day::date + 1)::timestamp))
order by not_after desc, field limit $most
