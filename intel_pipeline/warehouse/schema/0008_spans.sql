-- From when to when each follower was there. What changes is moved, row by row, so that a day costs the same after a
-- year; the view spans_by_log says what the two tables have to hold, and they are filled from it where a target is
-- derived anew.
create table open_spans (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    began_as varchar not null,
    followed_not_before timestamptz,
    followed_not_after timestamptz not null,
    packed boolean not null default false
);
comment on table open_spans is 'Spans of follower_spans that have not ended: of everybody whose loss is not confirmed.';
comment on column open_spans.target is 'Label of the target.';
comment on column open_spans.user_id is 'Instagram''s number of the follower.';
comment on column open_spans.username is 'Newest name of the follower.';
comment on column open_spans.began_as is 'present, followed, refollowed or revealed, as in follower_spans.';
comment on column open_spans.followed_not_before is 'They followed after this moment; null where nothing tells.';
comment on column open_spans.followed_not_after is 'They had followed by this moment: when they were first listed.';
comment on column open_spans.packed is 'Whether the row lies among those of its target, so that a question about one target reads little.';

create table closed_spans (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    began_as varchar not null,
    followed_not_before timestamptz,
    followed_not_after timestamptz not null,
    left_not_before timestamptz not null,
    left_not_after timestamptz not null,
    packed boolean not null default false
);
comment on table closed_spans is 'Spans of follower_spans that have ended, by a confirmed loss.';
comment on column closed_spans.target is 'Label of the target.';
comment on column closed_spans.user_id is 'Instagram''s number of the follower.';
comment on column closed_spans.username is 'Name of the follower when last listed.';
comment on column closed_spans.began_as is 'present, followed, refollowed or revealed, as in follower_spans.';
comment on column closed_spans.followed_not_before is 'They followed after this moment; null where nothing tells.';
comment on column closed_spans.followed_not_after is 'They had followed by this moment: when they were first listed.';
comment on column closed_spans.left_not_before is 'They left after this moment: when they were last listed.';
comment on column closed_spans.left_not_after is 'They had left by this moment.';
comment on column closed_spans.packed is 'Whether the row lies among those of its target, so that a question about one target reads little.';

create view follower_spans as
select target, user_id, username, began_as, followed_not_before, followed_not_after, left_not_before, left_not_after
from closed_spans
union all
select target, user_id, username, began_as, followed_not_before, followed_not_after, null, null
from open_spans;
comment on view follower_spans is
    'From when to when each follower was there, one row per time that they followed. A suspected loss has not ended it.';
comment on column follower_spans.target is 'Label of the target.';
comment on column follower_spans.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column follower_spans.username is 'Newest name of the follower; of one who left, the last they were listed by.';
comment on column follower_spans.began_as is
    'followed, refollowed, revealed (may have followed long before) or present (at the first complete capture).';
comment on column follower_spans.followed_not_before is
    'They followed after this moment; null for present and revealed, of whom nobody can tell.';
comment on column follower_spans.followed_not_after is 'They had followed by this moment: when they were first listed.';
comment on column follower_spans.left_not_before is 'They left after this moment: when last listed; null while they follow.';
comment on column follower_spans.left_not_after is 'They had left by this moment; null while they follow.';

create view spans_by_log as
with turns as (
    select target, user_id, username, kind, not_before, not_after, learned_at
    from follower_change_log where kind in ('followed', 'refollowed', 'revealed')
    union all
    select target, user_id, username, kind, not_before, not_after, learned_at
    from (
        from follower_change_log where kind = 'left'
        qualify row_number() over (partition by target, change_id order by learned_at desc) = 1
    ) where state = 'confirmed'
    union all
    -- Dropped again below where somebody is known to have come later.
    select target, user_id, null, 'present', null, null, '-infinity'
    from (select target, user_id from members union select target, user_id from follower_change_log)
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
    select target, min(finished_at) as based_at from follower_balance where verdict = 'complete' group by target
),
named as (
    select target, user_id, max_by(username, learned_at) as username from follower_change_log group by target, user_id
),
seen as (
    select target, user_id, min(seen_at) as seen_at from sightings group by target, user_id
)
select spans.target, spans.user_id,
    coalesce(last_username, named.username, members.username) as username,
    began_as, followed_not_before,
    coalesce(followed_not_after, seen.seen_at, based.based_at) as followed_not_after,
    left_not_before, left_not_after
from spans
join based using (target)
left join named using (target, user_id)
left join members using (target, user_id)
left join seen using (target, user_id)
where began_as <> 'left' and (began_as <> 'present' or ended_as is null or ended_as = 'left');
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

insert into open_spans by name
select * exclude (left_not_before, left_not_after), true as packed from spans_by_log where left_not_after is null
order by target, user_id;
insert into closed_spans by name
select *, true as packed from spans_by_log where left_not_after is not null
order by target, user_id;
