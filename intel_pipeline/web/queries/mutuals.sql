-- Who follows a target and is followed by it, by name, from the place $after on.
select spans.username, spans.user_id, spans.began_as, spans.followed_not_after
from open_spans as spans join followees using (target, user_id)
where spans.target = $target and ($after is null or spans.username > $after)
order by spans.username limit $most
