-- Who is in the last complete list has a span that has not ended: both stood in a table of their own, and each day every
-- row of both was looked at to find the few that change. Now there is one, and a small one for whoever is in no list
-- just now.
create table listed as
select members.target, members.user_id, spans.username, full_name, is_private, is_verified, first_seen_at,
    began_as, followed_not_before, followed_not_after, packed
from members join open_spans as spans using (target, user_id)
order by members.target, members.user_id;

create table unlisted_spans (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    began_as varchar not null,
    followed_not_before timestamptz,
    followed_not_after timestamptz not null
);
comment on table unlisted_spans is
    'Spans of follower_spans that have not ended, of those who are not in the last complete list: suspected to have left, or shown since by incomplete captures only.';
comment on column unlisted_spans.target is 'Label of the target.';
comment on column unlisted_spans.user_id is 'Instagram''s number of the follower.';
comment on column unlisted_spans.username is 'Newest name of the follower.';
comment on column unlisted_spans.began_as is 'present, followed, refollowed or revealed, as in follower_spans.';
comment on column unlisted_spans.followed_not_before is 'They followed after this moment; null where nothing tells.';
comment on column unlisted_spans.followed_not_after is 'They had followed by this moment: when they were first listed.';
insert into unlisted_spans by name
select open_spans.* exclude (packed) from open_spans anti join members using (target, user_id);

drop table open_spans;
drop table members;
create table members (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    full_name varchar,
    is_private boolean,
    is_verified boolean,
    first_seen_at timestamptz not null,
    began_as varchar not null,
    followed_not_before timestamptz,
    followed_not_after timestamptz not null,
    packed boolean not null default false
);
comment on table members is
    'Who was in the last complete list of each target, and since when they follow; the view followers shows when that was.';
comment on column members.target is 'Label of the target.';
comment on column members.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column members.username is 'Newest name of the follower, without the @.';
comment on column members.full_name is 'Name that is shown beside it.';
comment on column members.is_private is 'Whether only the follower''s followers see their posts.';
comment on column members.is_verified is 'Whether the follower bears the blue badge.';
comment on column members.first_seen_at is 'Since when the follower was in every complete capture.';
comment on column members.began_as is 'present, followed, refollowed or revealed, as in follower_spans.';
comment on column members.followed_not_before is 'They followed after this moment; null where nothing tells.';
comment on column members.followed_not_after is 'They had followed by this moment: when they were first listed.';
comment on column members.packed is 'Whether the row lies among those of its target, so that a question about one target reads little.';
insert into members by name from listed;
drop table listed;

create view open_spans as
select target, user_id, username, began_as, followed_not_before, followed_not_after from members
union all
select target, user_id, username, began_as, followed_not_before, followed_not_after from unlisted_spans;
comment on view open_spans is 'Spans of follower_spans that have not ended: of everybody whose loss is not confirmed.';
comment on column open_spans.target is 'Label of the target.';
comment on column open_spans.user_id is 'Instagram''s number of the follower.';
comment on column open_spans.username is 'Newest name of the follower.';
comment on column open_spans.began_as is 'present, followed, refollowed or revealed, as in follower_spans.';
comment on column open_spans.followed_not_before is 'They followed after this moment; null where nothing tells.';
comment on column open_spans.followed_not_after is 'They had followed by this moment: when they were first listed.';

create or replace view followers as
select members.target, members.user_id, username, full_name, is_private, is_verified, first_seen_at,
    newest.started_at as last_seen_at, newest.capture_id
from members join (
    select target, started_at, capture_id from follower_balance where verdict = 'complete'
    qualify row_number() over (partition by target order by finished_at desc, capture_id desc) = 1
) as newest using (target);
comment on view followers is 'Who follows each target, by its last complete capture.';
comment on column followers.target is 'Label of the target.';
comment on column followers.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column followers.username is 'Newest name of the follower, without the @.';
comment on column followers.full_name is 'Name that is shown beside it.';
comment on column followers.is_private is 'Whether only the follower''s followers see their posts.';
comment on column followers.is_verified is 'Whether the follower bears the blue badge.';
comment on column followers.first_seen_at is 'Since when the follower was in every complete capture.';
comment on column followers.last_seen_at is 'When the last complete capture began.';
comment on column followers.capture_id is 'The last complete capture of the target''s followers.';

-- The spans of those of whom something was ever learned; of everybody else in the first list it is known that they are
-- present, and nothing more.
create macro spans_in_log(labels) as table
with asked as (
    select unnest(labels) as target
),
log as (
    select target, user_id, kind, state, username, not_before, not_after, learned_at
    from follower_change_log semi join asked using (target)
),
turns as (
    -- A loss that is confirmed is never taken back: that is its last word.
    select target, user_id, username, kind, not_before, not_after, learned_at
    from log where kind in ('followed', 'refollowed', 'revealed') or (kind = 'left' and state = 'confirmed')
    union all
    -- Dropped again below where somebody is known to have come later.
    select distinct target, user_id, null, 'present', null::timestamptz, null::timestamptz, '-infinity'::timestamptz from log
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
select spans.target, spans.user_id, coalesce(last_username, named.username) as username,
    began_as, followed_not_before,
    coalesce(followed_not_after, seen.seen_at, based.based_at) as followed_not_after,
    left_not_before, left_not_after
from spans
join based using (target)
join named using (target, user_id)
left join seen using (target, user_id)
where began_as <> 'left' and (began_as <> 'present' or ended_as is null or ended_as = 'left');
comment on macro table spans_in_log is
    'Internal: what follower_spans must hold of some targets, of all of whom something was ever learned; slow. Ask follower_spans.';

create or replace view spans_by_log as
from spans_in_log((select list(distinct target) from follower_balance))
union all
select members.target, members.user_id, members.username, 'present', null,
    coalesce(seen.seen_at, based.based_at), null, null
from members
anti join follower_change_log using (target, user_id)
join (
    select target, min(finished_at) as based_at from follower_balance where verdict = 'complete' group by target
) as based using (target)
left join (
    select target, user_id, min(seen_at) as seen_at from sightings group by target, user_id
) as seen using (target, user_id);
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

drop macro table spans_by_log_of;
