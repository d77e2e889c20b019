-- What was derived by earlier rules is derived again from lake and registry: the next landing finds nothing landed.
drop view follower_changes;
drop table follower_change_log;
delete from followers;

create table follower_change_log (
    change_id varchar not null,
    target varchar not null,
    user_id bigint not null,
    kind varchar not null,
    state varchar not null,
    username varchar not null,
    previous_username varchar,
    not_before timestamptz not null,
    not_after timestamptz not null,
    absences integer,
    reason varchar,
    learned_at timestamptz not null,
    capture_id varchar not null,
    before_capture_id varchar not null,
    first_capture_id varchar not null
);
comment on table follower_change_log is
    'Append-only: everything learned about follower changes; follower_changes shows where each stands now.';
comment on column follower_change_log.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column follower_change_log.reason is 'Why a loss is no more than suspected.';
comment on column follower_change_log.capture_id is 'The capture that taught this.';
comment on column follower_change_log.before_capture_id is 'The last complete capture before that one.';
comment on column follower_change_log.first_capture_id is 'The capture in which the change first showed.';

create table settlements (
    change_id varchar not null,
    target varchar not null,
    user_id bigint not null,
    cause varchar not null,
    looked_up_at timestamptz not null
);
comment on table settlements is 'Losses whose cause was settled by looking the account up: unfollowed, deactivated or unknown.';

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
    reported double,
    arrived bigint not null,
    missing bigint not null,
    returned bigint not null,
    waited bigint not null,
    confirmed bigint not null
);
comment on table follower_balance is
    'One row per capture of a follower list that was derived: what the count was, and how many changes it taught.';
comment on column follower_balance.reported is 'Reported number of followers, the mean of the readings before and after.';
comment on column follower_balance.arrived is 'Who followed or refollowed.';
comment on column follower_balance.missing is 'Who was missing for the first time.';
comment on column follower_balance.returned is 'Who was back before the loss was confirmed.';
comment on column follower_balance.waited is 'Complete captures that those had been missing from, altogether.';

create table sightings (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    seen_at timestamptz not null,
    capture_id varchar not null
);
comment on table sightings is 'Who was shown by incomplete captures before a target''s first complete one.';

alter table captures add column ended boolean;
alter table captures add column limited boolean;
alter table captures add column broken varchar;
alter table captures add column gap_low bigint;
alter table captures add column gap_high bigint;
alter table captures add column missing_count bigint;
alter table captures add column held boolean;
comment on column captures.ended is 'Whether Instagram itself marked the end of the list.';
comment on column captures.limited is 'Whether Instagram said that it shows only a part of the list.';
comment on column captures.broken is 'Why the chain of cursors is broken, if it is.';
comment on column captures.gap_low is 'The gap, reported less listed, lay between gap_low and gap_high for this target.';
comment on column captures.missing_count is 'Members of the complete capture before who are not in this list.';
comment on column captures.held is 'Held back for mass loss until another capture agrees or the operator accepts it.';
