-- Rows that broke a contract were a reason to refuse a whole list; now they are set aside, and kept here as well.
alter table captures add column set_aside bigint;
comment on column captures.set_aside is
    'How many rows broke the contract and lie in quarantine; null for none. Such a capture is never complete.';

create table quarantine (
    target varchar not null,
    surface varchar not null,
    capture_id varchar not null,
    captured_at timestamptz not null,
    "column" varchar not null,
    rule varchar not null,
    value varchar,
    row varchar not null
);
comment on table quarantine is 'Rows that came from Instagram and broke a rule of their contract, so that they are in no other table.';
comment on column quarantine.target is 'Label of the target.';
comment on column quarantine.surface is 'profile, followers, followees or posts.';
comment on column quarantine.capture_id is 'The capture that brought the row.';
comment on column quarantine.captured_at is 'When that was begun.';
comment on column quarantine."column" is 'Where the first broken rule was broken.';
comment on column quarantine.rule is 'That rule, in words.';
comment on column quarantine.value is 'The value that broke it; null where there was none.';
comment on column quarantine.row is 'The whole row as JSON.';
