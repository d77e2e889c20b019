-- Who has followed two of the chosen targets within thirty days, newest first, from the place ($after_at, $after_id) on.
select username, user_id, a, b, followed_a, followed_b, days_apart, greatest(followed_a, followed_b) as followed_both,
    concat_ws(' ', user_id, a, b) as place
from shared_newcomers
where list_contains($targets, a) and list_contains($targets, b)
    and ($after_at is null or (greatest(followed_a, followed_b), concat_ws(' ', user_id, a, b)) < ($after_at::timestamptz, $after_id))
order by followed_both desc, place desc limit $most
