-- Many targets are landed at once, and what was known of each after its newest capture is kept rather than looked up in
-- everything ever learned: a day costs the same after a year. What was derived before is derived again.
drop table followers;
drop table follower_balance;
delete from follower_change_log;
delete from sightings;

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
    still_missing bigint not null,
    away bigint not null,
    returned bigint not null,
    waited bigint not null,
    let_go bigint not null,
    let_go_doubt double not null,
    returned_doubt double not null,
    confirmed bigint not null,
    flicker bigint not null,
    counts double,
    edges bigint[] not null,
    rules integer not null
);
comment on table follower_balance is
    'One row per capture of a follower list that was derived: what the count was, and how many changes it taught.';
comment on column follower_balance.listed is 'How many followers the list holds; reported - listed is the gap.';
comment on column follower_balance.reported is 'Reported number of followers, the mean of the readings before and after.';
comment on column follower_balance.moved is 'How far the two readings are apart.';
comment on column follower_balance.arrived is 'Who followed or refollowed.';
comment on column follower_balance.revealed is 'Who was listed for the first time and is taken for an older follower.';
comment on column follower_balance.missing is 'Who was missing for the first time.';
comment on column follower_balance.still_missing is 'How many of those had not merely been away, by what is known now.';
comment on column follower_balance.away is 'How many were missing and merely not shown, by what is known now.';
comment on column follower_balance.returned is 'Who was back before the loss was confirmed, and had been counted all the while.';
comment on column follower_balance.waited is 'Complete captures that those had been missing from, altogether.';
comment on column follower_balance.let_go is 'Who was back at the old place although the counts say that they had left.';
comment on column follower_balance.let_go_doubt is 'The chance that somebody who was let go had not left.';
comment on column follower_balance.returned_doubt is 'How many of those who are back and were not let go are expected to have left.';
comment on column follower_balance.confirmed is 'Losses that were confirmed.';
comment on column follower_balance.flicker is 'Absences that flickering explains at this target; 0 for an incomplete capture.';
comment on column follower_balance.counts is
    'Counts that tell a loss from somebody who has become hidden; infinite where none can; null where no loss was ripe.';
comment on column follower_balance.edges is
    'Positions above which only those stand who have followed since the last complete capture, the one before it, and so on.';
comment on column follower_balance.rules is 'By which version of the rules this was derived.';

create table members (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    full_name varchar,
    is_private boolean,
    is_verified boolean,
    first_seen_at timestamptz not null
);
comment on table members is 'Who was in the last complete list of each target; the view followers shows when that was.';

create view followers as
select members.*, newest.started_at as last_seen_at, newest.capture_id
from members join (
    select target, started_at, capture_id from follower_balance where verdict = 'complete'
    qualify row_number() over (partition by target order by finished_at desc, capture_id desc) = 1
) as newest using (target);
comment on view followers is 'Who follows each target, by its last complete capture.';
comment on column members.first_seen_at is 'Since when the follower was in every complete capture.';

create table open_losses (
    target varchar not null,
    change_id varchar not null,
    user_id bigint not null,
    username varchar not null,
    position bigint,
    not_before timestamptz,
    not_after timestamptz not null,
    reason varchar,
    first_capture_id varchar not null
);
comment on table open_losses is 'Losses that are suspected, as they stand after the newest capture of each target.';

create table lost (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    not_before timestamptz
);
comment on table lost is 'Whose loss is confirmed, and who has not come back since; not_before is when they were last listed.';
