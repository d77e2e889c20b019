-- A capture teaches the same of hundreds of followers, and the log said it anew of each, with a name that is written
-- down elsewhere: 44 bytes a row. Now it is said once, and of each follower there is no more than the number.
create table lessons (
    lesson_id bigint not null,
    target varchar not null,
    kind varchar not null,
    state varchar not null,
    not_before timestamptz not null,
    not_after timestamptz not null,
    absences integer,
    needed integer,
    reason varchar,
    learned_at timestamptz not null,
    capture_id varchar not null,
    before_capture_id varchar not null,
    first_capture_id varchar not null,
    followers bigint not null
);
comment on table lessons is
    'Append-only: what captures taught, once for all followers of whom a capture taught the same; follower_change_log has a row for each of them.';
comment on column lessons.lesson_id is 'Number of the lesson, by what it says: those of one target lie close together.';
comment on column lessons.target is 'Label of the target.';
comment on column lessons.kind is 'As in follower_change_log.';
comment on column lessons.state is 'As in follower_change_log.';
comment on column lessons.not_before is 'The change happened after this moment.';
comment on column lessons.not_after is 'The change had happened by this moment.';
comment on column lessons.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column lessons.needed is 'As in follower_change_log.';
comment on column lessons.reason is 'As in follower_change_log.';
comment on column lessons.learned_at is 'End of the capture that taught this.';
comment on column lessons.capture_id is 'The capture that taught this.';
comment on column lessons.before_capture_id is 'The last complete capture before that one.';
comment on column lessons.first_capture_id is 'The capture in which the change first showed.';
comment on column lessons.followers is 'Of how many followers it is told.';

create table lesson_followers (
    lesson_id bigint not null,
    user_id bigint not null,
    learned_at timestamptz not null
);
comment on table lesson_followers is 'Of whom a lesson tells, but for renames.';
comment on column lesson_followers.lesson_id is 'Number of the lesson.';
comment on column lesson_followers.user_id is 'Instagram''s number of the follower.';
comment on column lesson_followers.learned_at is 'As in lessons: a question about some days reads little.';

create table renames (
    lesson_id bigint not null,
    user_id bigint not null,
    learned_at timestamptz not null,
    previous_username varchar not null
);
comment on table renames is
    'Who has taken another name, by the lessons of kind renamed: the one before the next, or the newest; see follower_changes.';
comment on column renames.lesson_id is 'Number of the lesson.';
comment on column renames.user_id is 'Instagram''s number of the follower.';
comment on column renames.learned_at is 'As in lessons: a question about some days reads little.';
comment on column renames.previous_username is 'Name before it.';

-- Numbers as warehouse/landing/lessons.py gives them.
create temp table numbered as
select log.*,
    (('0x' || left(md5(target), 4))::bigint << 47)
    + (('0x' || left(md5(concat_ws(
        '|', capture_id, kind, state, first_capture_id, epoch_us(not_before), epoch_us(not_after),
        coalesce(absences::varchar, ''), coalesce(needed::varchar, ''), coalesce(reason, '')
    )), 12))::bigint >> 1) as lesson_id,
    row_number() over () as place
from follower_change_log as log;

insert into lessons
select lesson_id, target, kind, state, not_before, not_after, absences, needed, reason, learned_at, capture_id,
    before_capture_id, first_capture_id, count(*)
from numbered group by all order by min(place);
insert into lesson_followers
select lesson_id, user_id, learned_at from numbered where kind <> 'renamed' order by place;
insert into renames
select lesson_id, user_id, learned_at, previous_username from numbered where kind = 'renamed' order by place;

-- What a change is called can be worked out from what it is, and is no longer kept of each.
create macro change_id_of(target, kind, subject, first_capture_id) as
    left(md5(concat_ws(chr(31), target, kind, subject, first_capture_id)), 24);
comment on macro change_id_of is 'Internal: what a change is called.';
update settlements set change_id = change_id_of(loss.target, loss.kind, loss.user_id, loss.first_capture_id)
from (select distinct change_id, target, kind, user_id, first_capture_id from numbered where kind = 'left') as loss
where settlements.change_id = loss.change_id;
update profile_changes set change_id = change_id_of(target, 'profile', field, capture_id);
drop table numbered;

drop view spans_by_log;
drop macro table spans_in_log;
drop view accounts;
drop macro table who_left;
drop view follower_changes;
drop table follower_change_log;
alter table open_losses drop column change_id;

create view newest_names as
select target, user_id, username from members
union all
select target, user_id, username from unlisted_spans
union all
select target, user_id, username from lost
union all
select target, user_id, max_by(username, seen_at) as username
from sightings anti join (from follower_balance where verdict = 'complete') using (target) group by target, user_id;
comment on view newest_names is
    'The newest name of everybody who follows a target or has left it, or was seen before its first complete capture: one row each.';
comment on column newest_names.target is 'Label of the target.';
comment on column newest_names.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column newest_names.username is 'Newest name of the follower; of one who left, the last they were listed by.';

create view unnamed_change_log as
select target, user_id, kind, state, null::varchar as username, null::varchar as previous_username, not_before,
    not_after, absences, needed, reason, told.learned_at, capture_id, before_capture_id, first_capture_id
from lesson_followers as told join lessons using (lesson_id)
union all
select target, user_id, kind, state,
    lead(previous_username) over (partition by target, user_id order by told.learned_at) as username, previous_username,
    not_before, not_after, absences, needed, reason, told.learned_at, capture_id, before_capture_id, first_capture_id
from renames as told join lessons using (lesson_id);
comment on view unnamed_change_log is
    'Internal: follower_change_log, with no names but those that another rename tells.';
comment on column unnamed_change_log.target is 'As in follower_change_log.';
comment on column unnamed_change_log.user_id is 'As in follower_change_log.';
comment on column unnamed_change_log.kind is 'As in follower_change_log.';
comment on column unnamed_change_log.state is 'As in follower_change_log.';
comment on column unnamed_change_log.username is 'Name after it, for kind renamed; null for the newest name.';
comment on column unnamed_change_log.previous_username is 'Name before it, for kind renamed.';
comment on column unnamed_change_log.not_before is 'As in follower_change_log.';
comment on column unnamed_change_log.not_after is 'As in follower_change_log.';
comment on column unnamed_change_log.absences is 'As in follower_change_log.';
comment on column unnamed_change_log.needed is 'As in follower_change_log.';
comment on column unnamed_change_log.reason is 'As in follower_change_log.';
comment on column unnamed_change_log.learned_at is 'As in follower_change_log.';
comment on column unnamed_change_log.capture_id is 'As in follower_change_log.';
comment on column unnamed_change_log.before_capture_id is 'As in follower_change_log.';
comment on column unnamed_change_log.first_capture_id is 'As in follower_change_log.';

create view follower_change_log as
select change_id_of(log.target, kind, log.user_id, first_capture_id) as change_id, log.target, log.user_id, kind, state,
    coalesce(log.username, newest.username) as username, previous_username, not_before, not_after, absences, needed,
    reason, learned_at, capture_id, before_capture_id, first_capture_id
from unnamed_change_log as log left join newest_names as newest using (target, user_id);
comment on view follower_change_log is
    'Everything learned about follower changes, one row each; follower_changes shows where each stands now.';
comment on column follower_change_log.change_id is 'Names the change; all that is learned about it bears the same.';
comment on column follower_change_log.target is 'Label of the target.';
comment on column follower_change_log.user_id is 'Instagram''s number of the follower.';
comment on column follower_change_log.kind is
    'followed, revealed (listed for the first time, may have followed before), left, refollowed or renamed.';
comment on column follower_change_log.state is
    'suspected, confirmed or retracted: a loss is suspected until captures and counts prove it.';
comment on column follower_change_log.username is
    'Newest name of the follower; for kind renamed, the name that they took then.';
comment on column follower_change_log.previous_username is 'Name before, for kind renamed.';
comment on column follower_change_log.not_before is 'The change happened after this moment.';
comment on column follower_change_log.not_after is 'The change had happened by this moment.';
comment on column follower_change_log.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column follower_change_log.needed is
    'Absences after which 99 in 100 losses are decided (k); null where the counts cannot decide.';
comment on column follower_change_log.reason is
    'Why a loss is no more than suspected; of a retracted one, whether the counts say that they had left and came back.';
comment on column follower_change_log.learned_at is 'End of the capture that taught this.';
comment on column follower_change_log.capture_id is 'The capture that taught this.';
comment on column follower_change_log.before_capture_id is 'The last complete capture before that one.';
comment on column follower_change_log.first_capture_id is 'The capture in which the change first showed.';

-- What has been confirmed or retracted stays so, and what is suspected still stands in open_losses: no search for the
-- newest word on each loss, which would go through all that was ever learned whatever is asked.
create view follower_changes as
with changes as (
    select *, null::varchar as cause from unnamed_change_log where kind <> 'left'
    union all
    select loss.*, coalesce(settled.cause, 'unknown') as cause
    from (
        from unnamed_change_log where kind = 'left' and state <> 'suspected'
        union all
        from unnamed_change_log semi join open_losses using (target, user_id, first_capture_id)
        where kind = 'left' and state = 'suspected'
        qualify row_number() over (partition by target, user_id, first_capture_id order by learned_at desc) = 1
    ) as loss
    left join (
        from settlements qualify row_number() over (partition by change_id order by looked_up_at desc) = 1
    ) as settled on settled.change_id = change_id_of(loss.target, loss.kind, loss.user_id, loss.first_capture_id)
)
select change_id_of(changes.target, kind, changes.user_id, first_capture_id) as change_id, changes.target,
    changes.user_id, kind, state, coalesce(changes.username, newest.username) as username, previous_username, not_before,
    not_after, absences, needed, reason, learned_at, capture_id, before_capture_id, first_capture_id, cause
from changes left join newest_names as newest using (target, user_id);
comment on view follower_changes is
    'One row per change of one follower: followed, revealed, refollowed, renamed or left; a loss is suspected, then confirmed or retracted.';
comment on column follower_changes.change_id is 'Names the change; the same when it is derived again.';
comment on column follower_changes.target is 'Label of the target.';
comment on column follower_changes.user_id is 'Instagram''s number of the follower.';
comment on column follower_changes.kind is
    'followed, refollowed (after a confirmed loss), revealed (listed first now, may have followed long ago), renamed or left.';
comment on column follower_changes.state is
    'Where it stands: confirmed; a loss may be suspected, or retracted when the follower was listed again.';
comment on column follower_changes.username is
    'Newest name of the follower; for kind renamed, the name that they took then.';
comment on column follower_changes.previous_username is 'Name before, for kind renamed.';
comment on column follower_changes.not_before is 'The change happened after this moment.';
comment on column follower_changes.not_after is 'The change had happened by this moment.';
comment on column follower_changes.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column follower_changes.needed is
    'Absences after which 99 in 100 losses are decided (k); null where the counts cannot decide.';
comment on column follower_changes.reason is 'Why a loss is no more than suspected, or was retracted.';
comment on column follower_changes.learned_at is
    'When the present state was learned: the end of the capture that taught it.';
comment on column follower_changes.capture_id is 'The capture that taught the present state.';
comment on column follower_changes.before_capture_id is 'The last complete capture before that one.';
comment on column follower_changes.first_capture_id is 'The capture in which the change first showed.';
comment on column follower_changes.cause is
    'Why somebody left: unknown until the account was looked up, then unfollowed or deactivated; null for other kinds.';

create macro who_left(label, since) as table
select loss.user_id, loss.username, loss.not_before, loss.not_after, loss.cause,
    loss.user_id in (select open_spans.user_id from open_spans where open_spans.target = label) as came_back
from follower_changes as loss
where loss.target = label and loss.kind = 'left' and loss.state = 'confirmed'
    and loss.not_after >= timezone('UTC', since::date::timestamp);
comment on macro table who_left is
    'Who has left a target since a day (UTC): confirmed losses only, between which moments, the cause if it was looked up, and whether they are back.';

create view accounts as
with first_names as (
    select target, user_id, min_by(previous_username, renames.learned_at) as username
    from renames join lessons using (lesson_id) group by all
),
seen as (
    select user_id, username, learned_at as seen_at from follower_change_log where kind = 'renamed'
    union all
    select first.user_id, coalesce(first_names.username, newest_names.username), first.seen_at
    from (
        select target, user_id, min(followed_not_after) as seen_at from follower_spans group by target, user_id
    ) as first
    left join first_names using (target, user_id)
    left join newest_names using (target, user_id)
    union all
    select user_id, username, captured_at from followees
    union all
    select user_id, username, captured_at from profile_history
),
named as (
    from seen
    qualify lag(username) over (partition by user_id order by seen_at, username) is distinct from username
)
select user_id, username, seen_at as seen_from,
    lead(seen_at) over (partition by user_id order by seen_at, username) as seen_to
from named;
comment on view accounts is
    'Names over time of every account seen, as target, follower or followee: one row per account and name.';
comment on column accounts.user_id is 'Instagram''s number of the account, which stays when the name changes.';
comment on column accounts.username is 'Name of the account, without the @.';
comment on column accounts.seen_from is 'When it was first seen by this name.';
comment on column accounts.seen_to is 'When it was first seen by the next name; null for the newest one.';

-- The spans of those of whom something was ever learned; of everybody else in the first list it is known that they are
-- present, and nothing more. `username` is null where no later rename tells it: then it is the newest name.
create macro spans_in_log(labels) as table
with asked as (
    select unnest(labels) as target
),
log as (
    select log.target, user_id, kind, state, previous_username, not_before, not_after, learned_at
    from unnamed_change_log as log semi join asked using (target)
),
turns as (
    -- A loss that is confirmed is never taken back: that is its last word.
    select target, user_id, kind, not_before, not_after, learned_at
    from log where kind in ('followed', 'refollowed', 'revealed') or (kind = 'left' and state = 'confirmed')
    union all
    -- Dropped again below where somebody is known to have come later.
    select distinct target, user_id, 'present', null::timestamptz, null::timestamptz, '-infinity'::timestamptz from log
),
spans as (
    select target, user_id, kind as began_as,
        if(kind in ('followed', 'refollowed'), not_before, null) as followed_not_before,
        not_after as followed_not_after,
        lead(kind) over following as ended_as,
        lead(not_before) over following as left_not_before,
        lead(not_after) over following as left_not_after,
        coalesce(lead(learned_at) over following, 'infinity'::timestamptz) as ended_at
    from turns window following as (partition by target, user_id order by learned_at)
),
based as (
    select target, min(finished_at) as based_at from follower_balance semi join asked using (target)
    where verdict = 'complete' group by target
),
seen as (
    select target, user_id, min(seen_at) as seen_at from sightings semi join asked using (target)
    group by target, user_id
),
renamed as (
    select target, user_id, learned_at, previous_username from log where kind = 'renamed'
),
named as (
    select spans.target, spans.user_id, spans.ended_at, min_by(previous_username, learned_at) as username
    from spans join renamed using (target, user_id) where learned_at > ended_at group by all
)
select spans.target, spans.user_id, named.username, began_as, followed_not_before,
    coalesce(followed_not_after, seen.seen_at, based.based_at) as followed_not_after,
    left_not_before, left_not_after
from spans
join based using (target)
left join named using (target, user_id, ended_at)
left join seen using (target, user_id)
where began_as <> 'left' and (began_as <> 'present' or ended_as is null or ended_as = 'left');
comment on macro table spans_in_log is
    'Internal: what follower_spans must hold of some targets, of all of whom something was ever learned; slow. Ask follower_spans.';

create view spans_by_log as
select spans.target, spans.user_id, coalesce(spans.username, newest.username) as username, began_as,
    followed_not_before, followed_not_after, left_not_before, left_not_after
from spans_in_log((select list(distinct target) from follower_balance)) as spans
left join newest_names as newest using (target, user_id)
union all
select members.target, members.user_id, members.username, 'present', null,
    coalesce(seen.seen_at, based.based_at), null, null
from members
anti join unnamed_change_log using (target, user_id)
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
