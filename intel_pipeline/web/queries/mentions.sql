select username, count(*) as posts, min(taken_at) as first_at, max(taken_at) as last_at
from mentions where target = $target group by username order by posts desc, username limit $most
