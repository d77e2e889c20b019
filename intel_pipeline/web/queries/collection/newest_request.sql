-- The number of the last request that is published, 0 for none.
select coalesce(max(request_id), 0) as request_id from requests
