create table followees (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    full_name varchar,
    is_private boolean,
    is_verified boolean,
    position bigint not null,
    captured_at timestamptz not null,
    capture_id varchar not null
);
comment on table followees is 'Whom each target follows, by its last complete capture of the surface followees.';
comment on column followees.position is 'Place in the list, 0 being the account that was followed last.';
