create table requests (
    request_id bigint not null,
    sent_at timestamptz not null,
    session varchar not null,
    surface varchar,
    status integer,
    waited double,
    bytes bigint,
    identities bigint
);
comment on table requests is 'The ledger: one row per request to Instagram, of all runs and commands, up to the publication.';
comment on column requests.request_id is 'Number of the request in the ledger.';
comment on column requests.sent_at is 'The moment that it was given.';
comment on column requests.session is 'The operator''s name for the session that asked; logged-out where none did.';
comment on column requests.surface is 'What it was for: profile, followers, followees or posts; null for logins and tests.';
comment on column requests.status is 'HTTP status of the answer; null where none came, or not yet.';
comment on column requests.waited is 'Seconds that it had to wait for its turn.';
comment on column requests.bytes is 'Size of the answer as it was sent.';
comment on column requests.identities is
    'Accounts that a page of a list returned; as many as were asked for while no answer came; null where it was no list.';
