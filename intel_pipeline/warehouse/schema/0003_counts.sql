-- What was derived by earlier rules is derived again from lake and registry: the next landing finds nothing landed.
drop view follower_changes;
drop table follower_change_log;
drop table follower_balance;
delete from followers;
delete from sightings;

create table follower_change_log (
    change_id varchar not null,
    target varchar not null,
    user_id bigint not null,
    kind varchar not null,
    state varchar not null,
    username varchar not null,
    previous_username varchar,
    position bigint,
    not_before timestamptz not null,
    not_after timestamptz not null,
    absences integer,
    needed integer,
    reason varchar,
    learned_at timestamptz not null,
    capture_id varchar not null,
    before_capture_id varchar not null,
    first_capture_id varchar not null
);
comment on table follower_change_log is
    'Append-only: everything learned about follower changes; follower_changes shows where each stands now.';
comment on column follower_change_log.position is
    'Place in the list, 0 the newest: where a follower who left was last listed, where anybody else first showed.';
comment on column follower_change_log.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column follower_change_log.needed is
    'Absences after which 99 in 100 losses are decided (k); null where the counts cannot decide.';
comment on column follower_change_log.reason is
    'Why a loss is no more than suspected; of a retracted one, whether the counts say that they had left and came back.';
comment on column follower_change_log.capture_id is 'The capture that taught this.';
comment on column follower_change_log.before_capture_id is 'The last complete capture before that one.';
comment on column follower_change_log.first_capture_id is 'The capture in which the change first showed.';

create view follower_changes as
select log.*, case when log.kind = 'left' then coalesce(settled.cause, 'unknown') end as cause
from (
    from follower_change_log
    qualify row_number() over (partition by change_id order by learned_at desc, state) = 1
) as log
left join (
    from settlements qualify row_number() over (partition by change_id order by looked_up_at desc) = 1
) as settled using (change_id);
comment on view follower_changes is
    'One row per change of one follower: followed, revealed, refollowed, renamed or left; a loss is suspected, then confirmed or retracted.';

create table follower_balance (
    target varchar not null,
    capture_id varchar not null,
    verdict varchar not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    listed bigint not null,
    reported double,
    moved bigint not null,
    arrived bigint not null,
    revealed bigint not null,
    missing bigint not null,
    returned bigint not null,
    waited bigint not null,
    let_go bigint not null,
    confirmed bigint not null,
    flicker bigint not null,
    counts double,
    edges bigint[] not null
);
comment on table follower_balance is
    'One row per capture of a follower list that was derived: what the count was, and how many changes it taught.';
comment on column follower_balance.listed is 'How many followers the list holds; reported - listed is the gap.';
comment on column follower_balance.reported is 'Reported number of followers, the mean of the readings before and after.';
comment on column follower_balance.moved is 'How far the two readings are apart.';
comment on column follower_balance.arrived is 'Who followed or refollowed.';
comment on column follower_balance.revealed is 'Who was listed for the first time and is taken for an older follower.';
comment on column follower_balance.missing is 'Who was missing for the first time.';
comment on column follower_balance.returned is 'Who was back before the loss was confirmed, and had been counted all the while.';
comment on column follower_balance.waited is 'Complete captures that those had been missing from, altogether.';
comment on column follower_balance.let_go is 'Who was back at the old place although the counts say that they had left.';
comment on column follower_balance.confirmed is 'Losses that were confirmed.';
comment on column follower_balance.flicker is 'Absences that flickering explains at this target; 0 for an incomplete capture.';
comment on column follower_balance.counts is
    'Counts that tell a loss from a follower who has become hidden; infinite where none can; null where no loss was ripe.';
comment on column follower_balance.edges is
    'Positions above which only those stand who have followed since the last complete capture, the one before it, and so on.';
