-- One change of a target's profile.
select change_id, user_id, field, value_before, value_after, not_before, not_after, capture_id, before_capture_id
from profile_changes where target = $target and change_id = $change_id
