-- What is known of one follower of a target, newest first, as it stands.
select change_id, user_id, kind, state, username, previous_username, not_before, not_after, absences, needed, reason,
    cause, learned_at, capture_id, before_capture_id, first_capture_id
from follower_changes where target = $target and user_id = $user_id
order by not_after desc, change_id desc
