-- What the spans of some targets must be. Asked of the view with their names, DuckDB went through the log of all targets
-- for the newest name of each follower: rebuilding many targets took time and memory that grew with their square.
create macro spans_by_log_of(labels) as table
with asked as (
    select unnest(labels) as target
),
log as (
    select target, change_id, user_id, kind, state, username, not_before, not_after, learned_at
    from follower_change_log semi join asked using (target)
),
listed as (
    select target, user_id, username from members semi join asked using (target)
),
turns as (
    select target, user_id, username, kind, not_before, not_after, learned_at
    from log where kind in ('followed', 'refollowed', 'revealed')
    union all
    select target, user_id, username, kind, not_before, not_after, learned_at
    from (
        from log where kind = 'left'
        qualify row_number() over (partition by target, change_id order by learned_at desc) = 1
    ) where state = 'confirmed'
    union all
    -- Dropped again below where somebody is known to have come later.
    select target, user_id, null, 'present', null, null, '-infinity'
    from (select target, user_id from listed union select target, user_id from log)
),
spans as (
    select target, user_id, kind as began_as,
        if(kind in ('followed', 'refollowed'), not_before, null) as followed_not_before,
        not_after as followed_not_after,
        lead(kind) over following as ended_as,
        lead(username) over following as last_username,
        lead(not_before) over following as left_not_before,
        lead(not_after) over following as left_not_after
    from turns window following as (partition by target, user_id order by learned_at)
),
based as (
    select target, min(finished_at) as based_at from follower_balance semi join asked using (target)
    where verdict = 'complete' group by target
),
named as (
    select target, user_id, max_by(username, learned_at) as username from log group by target, user_id
),
seen as (
    select target, user_id, min(seen_at) as seen_at from sightings semi join asked using (target)
    group by target, user_id
)
select spans.target, spans.user_id,
    coalesce(last_username, named.username, listed.username) as username,
    began_as, followed_not_before,
    coalesce(followed_not_after, seen.seen_at, based.based_at) as followed_not_after,
    left_not_before, left_not_after
from spans
join based using (target)
left join named using (target, user_id)
left join listed using (target, user_id)
left join seen using (target, user_id)
where began_as <> 'left' and (began_as <> 'present' or ended_as is null or ended_as = 'left');
comment on macro table spans_by_log_of is
    'Internal: what follower_spans must hold of some targets, worked out from all that was ever learned; slow. Ask follower_spans.';

create or replace view spans_by_log as
from spans_by_log_of((select list(distinct target) from follower_balance));
comment on view spans_by_log is
    'Internal: what follower_spans must hold, worked out from all that was ever learned; slow. Ask follower_spans.';
comment on column spans_by_log.target is 'As in follower_spans.';
comment on column spans_by_log.user_id is 'As in follower_spans.';
comment on column spans_by_log.username is 'As in follower_spans.';
comment on column spans_by_log.began_as is 'As in follower_spans.';
comment on column spans_by_log.followed_not_before is 'As in follower_spans.';
comment on column spans_by_log.followed_not_after is 'As in follower_spans.';
comment on column spans_by_log.left_not_before is 'As in follower_spans.';
comment on column spans_by_log.left_not_after is 'As in follower_spans.';
