-- The newest profile of a target.
select captured_at, capture_id, username, full_name, biography, external_url, is_private, is_verified, is_business,
    category, follower_count, following_count, media_count
from profile_history where target = $target order by captured_at desc limit 1
