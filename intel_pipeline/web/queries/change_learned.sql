-- Everything learned of one change, oldest first, each with the capture that taught it.
select log.learned_at, log.state, log.absences, log.needed, log.reason, log.capture_id, balance.listed, balance.reported
from follower_change_log as log left join follower_balance as balance using (target, capture_id)
where log.target = $target and log.user_id = $user_id and log.change_id = $change_id
order by log.learned_at, log.state
