-- The newest capture of a surface by target and day of $first to $last (UTC); of some $targets, or of all.
select target, coalesce(round, (finished_at at time zone 'UTC')::date) as day, surface, verdict, held, reasons, capture_id
from captures
where surface = $surface
    and finished_at >= timezone('UTC', $first::date::timestamp)
    -- A long list is finished days after the round that it belongs to.
    and finished_at < timezone('UTC', ($last::date + 15)::timestamp)
    and coalesce(round, (finished_at at time zone 'UTC')::date) between $first::date and $last::date
    and ($targets::varchar[] is null or target in (select unnest($targets::varchar[])))
qualify row_number() over (partition by target, day order by finished_at desc) = 1
order by target, day
