select change_id, target, user_id, field, value_before, value_after, not_before, not_after, capture_id,
    before_capture_id
from profile_changes
where ($target is null or target = $target)
    and ($field is null or field = $field)
    and ($since::timestamptz is null or not_after >= $since)
    and ($until::timestamptz is null or not_after < $until)
    and ($after_not_after::timestamptz is null or (not_after, change_id) < ($after_not_after, $after_change_id))
order by not_after desc, change_id desc
limit $most
