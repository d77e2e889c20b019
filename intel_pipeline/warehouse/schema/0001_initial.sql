create table targets (
    target varchar not null,
    username varchar not null,
    user_id bigint,
    state varchar not null,
    purpose varchar,
    added_at timestamptz not null
);
comment on table targets is 'The watchlist: one row per target, by its stable label.';
comment on column targets.target is 'Stable label; the username may change.';
comment on column targets.state is 'active, paused or removed.';

create table captures (
    capture_id varchar not null,
    target varchar not null,
    surface varchar not null,
    round date,
    origin varchar not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    verdict varchar not null,
    reasons varchar[] not null,
    row_count bigint,
    distinct_count bigint,
    reported_before bigint,
    reported_after bigint,
    page_count bigint
);
comment on table captures is 'One reading of one surface of one target, with what it proves and why.';
comment on column captures.verdict is 'complete, partial, limited, suspect or failed; only complete proves absence.';
comment on column captures.round is 'Day whose due capture this was; null for imports.';
comment on column captures.reported_before is 'Number of entries that Instagram reported before the list was read.';

create table profile_history (
    target varchar not null,
    user_id bigint not null,
    captured_at timestamptz not null,
    capture_id varchar not null,
    username varchar not null,
    full_name varchar,
    biography varchar,
    external_url varchar,
    is_private boolean not null,
    is_verified boolean not null,
    is_business boolean,
    category varchar,
    follower_count bigint,
    following_count bigint,
    media_count bigint,
    picture varchar
);
comment on table profile_history is 'Every captured profile, one row per capture.';
comment on column profile_history.picture is 'Fingerprint of the profile picture; it changes when the picture does.';
comment on column profile_history.media_count is 'Null where the source does not tell it, as in an instaloader archive.';

create table profile_changes (
    change_id varchar not null,
    target varchar not null,
    user_id bigint not null,
    field varchar not null,
    value_before varchar,
    value_after varchar,
    not_before timestamptz not null,
    not_after timestamptz not null,
    capture_id varchar not null,
    before_capture_id varchar not null
);
comment on table profile_changes is 'One row per field of a profile that differs from the capture before.';
comment on column profile_changes.not_before is 'The change happened after this moment.';
comment on column profile_changes.not_after is 'The change had happened by this moment.';

create table followers (
    target varchar not null,
    user_id bigint not null,
    username varchar not null,
    full_name varchar,
    is_private boolean,
    is_verified boolean,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    capture_id varchar not null
);
comment on table followers is 'Who follows each target, by its last complete capture.';
comment on column followers.first_seen_at is 'Since when the follower was in every complete capture.';

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
    learned_at timestamptz not null,
    capture_id varchar not null,
    before_capture_id varchar not null
);
comment on table follower_change_log is
    'Append-only: everything learned about follower changes; follower_changes shows where each stands now.';

create view follower_changes as
select * from follower_change_log
qualify row_number() over (partition by change_id order by learned_at desc, state) = 1;
comment on view follower_changes is
    'One row per change of one follower: followed, refollowed, renamed or left; a loss is suspected, then confirmed or retracted.';

create table posts (
    target varchar not null,
    post_id bigint not null,
    shortcode varchar not null,
    owner_id bigint not null,
    taken_at timestamptz not null,
    media_type varchar not null,
    caption varchar,
    is_pinned boolean not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null
);
comment on table posts is 'Every post ever listed; owner_id differs from the target''s in a collaboration.';

create table post_metrics (
    target varchar not null,
    post_id bigint not null,
    captured_at timestamptz not null,
    capture_id varchar not null,
    age_hours double not null,
    like_count bigint,
    comment_count bigint,
    view_count bigint,
    hours_since_before double,
    likes_gained bigint,
    comments_gained bigint,
    views_gained bigint,
    engagement_rate double
);
comment on table post_metrics is 'How each post stood at each capture, and what it gained since the one before.';
comment on column post_metrics.engagement_rate is '(likes + comments) / followers of the target at the time.';
comment on column post_metrics.like_count is 'Null where the owner hides counts.';
