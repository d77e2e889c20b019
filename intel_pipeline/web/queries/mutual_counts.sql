-- How many a target follows, and how many of them follow it.
select (select max(captured_at) from followees where target = $target) as captured_at,
    (select count(*) from followees where target = $target) as followees,
    (select count(*) from open_spans join followees using (target, user_id) where target = $target) as mutuals,
    (select count(*) from open_spans where target = $target) as followers
