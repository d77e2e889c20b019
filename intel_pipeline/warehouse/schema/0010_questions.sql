-- Answers to common questions. Each is worked out when it is asked, so that none costs anything per day.
-- Days are days in UTC, whatever time zone the reader's connection is set to.
-- No parameter of a macro may be named as a column that it reads: hence label.

create view accounts as
with first_names as (
    select target, user_id, min_by(previous_username, learned_at) as username
    from follower_change_log where kind = 'renamed' group by target, user_id
),
seen as (
    select user_id, username, learned_at as seen_at from follower_change_log
    where kind in ('followed', 'refollowed', 'revealed', 'renamed')
    union all
    select spans.user_id, coalesce(first_names.username, spans.username), spans.followed_not_after
    from follower_spans as spans left join first_names using (target, user_id)
    where spans.began_as = 'present'
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

create macro followers_on(label, day) as table
select spans.user_id, spans.username, spans.began_as, spans.followed_not_before, spans.followed_not_after,
    spans.left_not_before, spans.left_not_after
from follower_spans as spans
where spans.target = label
    and spans.followed_not_after < timezone('UTC', (day::date + 1)::timestamp)
    and (spans.left_not_after is null or spans.left_not_after >= timezone('UTC', (day::date + 1)::timestamp));
comment on macro table followers_on is
    'Who followed a target at the end of a day (UTC), by the captures up to then, without whom later ones prove to have left: from followers_on(''nasa'', ''2026-11-20'').';

create macro churn(label, from_day, to_day) as table
select *, lost / nullif(followers_before, 0) as churn_rate
from (
    select
        count(*) filter (followed_not_after < after_first and (left_not_after is null or left_not_after >= after_first))
            as followers_before,
        count(*) filter (
            began_as in ('followed', 'refollowed')
            and followed_not_after >= after_first and followed_not_after < after_last
        ) as followed,
        count(*) filter (
            began_as in ('present', 'revealed')
            and followed_not_after >= after_first and followed_not_after < after_last
        ) as first_listed,
        count(*) filter (left_not_after >= after_first and left_not_after < after_last) as lost,
        count(*) filter (followed_not_after < after_last and (left_not_after is null or left_not_after >= after_last))
            as followers_after
    from (
        select spans.*,
            timezone('UTC', (from_day::date + 1)::timestamp) as after_first,
            timezone('UTC', (to_day::date + 1)::timestamp) as after_last
        from follower_spans as spans where spans.target = label
    )
);
comment on macro table churn is
    'What happened from the end of one day to the end of another (UTC): followers_before + followed + first_listed - lost = followers_after; first_listed may have followed before; only confirmed losses; churn_rate = lost / followers_before.';

create macro overlap(a, b) as table
select *, shared / nullif(a_followers, 0) as share_of_a, shared / nullif(b_followers, 0) as share_of_b,
    shared / nullif(a_followers + b_followers - shared, 0) as jaccard
from (
    select
        (select count(*) from open_spans as one where one.target = a) as a_followers,
        (select count(*) from open_spans as one where one.target = b) as b_followers,
        (
            select count(*) from open_spans as one join open_spans as other using (user_id)
            where one.target = a and other.target = b
        ) as shared
);
comment on macro table overlap is
    'How many follow both of two targets now: shared, its share of either audience, and jaccard = shared / all who follow either.';

create macro shared_followers(a, b) as table
select one.user_id, one.username, one.followed_not_after as seen_at_a, other.followed_not_after as seen_at_b
from open_spans as one join open_spans as other using (user_id)
where one.target = a and other.target = b;
comment on macro table shared_followers is
    'Who follows both of two targets now, and when they were first listed at either.';

create macro who_left(label, since) as table
select loss.user_id, loss.username, loss.not_before, loss.not_after, loss.cause,
    loss.user_id in (select open_spans.user_id from open_spans where open_spans.target = label) as came_back
from follower_changes as loss
where loss.target = label and loss.kind = 'left' and loss.state = 'confirmed'
    and loss.not_after >= timezone('UTC', since::date::timestamp);
comment on macro table who_left is
    'Who has left a target since a day (UTC): confirmed losses only, between which moments, the cause if it was looked up, and whether they are back.';

create macro who_followed(label, since) as table
select spans.user_id, spans.username, spans.began_as, spans.followed_not_before as not_before,
    spans.followed_not_after as not_after, spans.left_not_after is null as still_follows
from follower_spans as spans
where spans.target = label and spans.began_as in ('followed', 'refollowed')
    and spans.followed_not_after >= timezone('UTC', since::date::timestamp);
comment on macro table who_followed is
    'Who has followed a target since a day (UTC), for the first time or again, and whether they still do.';

create view daily_growth as
with numbers as (
    select target, (captured_at at time zone 'UTC')::date as day, max_by(follower_count, captured_at) as follower_count,
        null::bigint as followed, null::bigint as revealed, null::bigint as lost
    from profile_history where follower_count is not null group by all
    union all
    select target, (finished_at at time zone 'UTC')::date, null, 0, 0, 0
    from (
        from follower_balance where verdict = 'complete'
        qualify row_number() over (partition by target order by finished_at) > 1
    )
    union all
    select target, (followed_not_after at time zone 'UTC')::date, null,
        count(*) filter (began_as <> 'revealed'), count(*) filter (began_as = 'revealed'), 0
    from follower_spans where began_as <> 'present' group by all
    union all
    select target, (left_not_after at time zone 'UTC')::date, null, 0, 0, count(*) from closed_spans group by all
),
days as (
    select target, day, max(follower_count) as follower_count, sum(followed)::bigint as followed,
        sum(revealed)::bigint as revealed, sum(lost)::bigint as lost
    from numbers group by target, day
),
counted as (
    select *, last_value(follower_count ignore nulls) over earlier as count_before,
        last_value(if(follower_count is null, null, day) ignore nulls) over earlier as day_before
    from days
    window earlier as (partition by target order by day rows between unbounded preceding and 1 preceding)
)
select target, day, follower_count, follower_count - count_before as gained,
    (follower_count - count_before) / (day - day_before) as gained_per_day,
    followed, revealed, lost, lost / nullif(count_before, 0) as churn_rate
from counted;
comment on view daily_growth is 'Growth and churn of each target by day (UTC): what Instagram counted, and who came and went.';
comment on column daily_growth.target is 'Label of the target.';
comment on column daily_growth.day is 'Day in UTC.';
comment on column daily_growth.follower_count is 'Last number of followers that Instagram reported that day; null where none was captured.';
comment on column daily_growth.gained is 'Reported followers more than on the last captured day before.';
comment on column daily_growth.gained_per_day is 'The same, divided by the days in between.';
comment on column daily_growth.followed is 'Who was found that day to have followed or refollowed; null on days without a complete list.';
comment on column daily_growth.revealed is 'Who was listed for the first time that day and may have followed long before.';
comment on column daily_growth.lost is
    'Confirmed losses, on the day by which they had left; those of the last days may still be suspected and are not in it.';
comment on column daily_growth.churn_rate is 'lost / followers reported the day before.';

create view growth_anomalies as
with scored as (
    select target, day, gained_per_day, median(gained_per_day) over before as usual,
        mad(gained_per_day) over before as spread, count(gained_per_day) over before as days_known
    from daily_growth where gained_per_day is not null
    window before as (
        partition by target order by day range between interval 28 days preceding and interval 1 day preceding
    )
)
select target, day, gained_per_day, usual, spread, days_known,
    if(days_known >= 7, 0.6745 * (gained_per_day - usual) / greatest(spread, 1), null) as score,
    coalesce(days_known >= 7 and abs(0.6745 * (gained_per_day - usual) / greatest(spread, 1)) > 3.5, false) as is_anomaly
from scored;
comment on view growth_anomalies is
    'Days on which a target grew or shrank unlike before: the robust z-score of gained_per_day, by median and median absolute deviation (MAD) of the 28 days before it, at least 7 known; beyond 3.5 it is an anomaly (Iglewicz and Hoaglin). It says that a day is unusual, not why.';
comment on column growth_anomalies.target is 'Label of the target.';
comment on column growth_anomalies.day is 'Day in UTC.';
comment on column growth_anomalies.gained_per_day is 'Reported followers gained, as in daily_growth.';
comment on column growth_anomalies.usual is 'Median of it over the 28 days before.';
comment on column growth_anomalies.spread is 'Median absolute deviation from that.';
comment on column growth_anomalies.days_known is 'Of those 28 days, how many are known.';
comment on column growth_anomalies.score is
    '0.6745 * (gained_per_day - usual) / spread, a spread below 1 taken for 1; null with fewer than 7 days known.';
comment on column growth_anomalies.is_anomaly is 'Whether the score is beyond 3.5, up or down.';

create view cohort_retention as
with lives as (
    select target, (followed_not_after at time zone 'UTC')::date as day,
        (left_not_after at time zone 'UTC')::date - (followed_not_after at time zone 'UTC')::date as lived,
        count(*) as number
    from follower_spans where began_as in ('followed', 'refollowed') group by all
),
known as (
    select target, (max(finished_at) at time zone 'UTC')::date as last_day
    from follower_balance where verdict = 'complete' group by target
)
select lives.target, date_trunc('month', lives.day)::date as cohort_month, later.days_later,
    sum(number)::bigint as cohort,
    coalesce(sum(number) filter (lived is null or lived > days_later), 0)::bigint as still_following,
    coalesce(sum(number) filter (lived is null or lived > days_later), 0) / sum(number) as retention
from lives join known using (target), (values (1), (7), (14), (30), (60), (90), (180), (365)) as later (days_later)
where lives.day + days_later <= known.last_day
group by all;
comment on view cohort_retention is
    'How many of those who followed in a month still followed some days later. A loss counts once it is confirmed, so figures of the last days are upper bounds.';
comment on column cohort_retention.target is 'Label of the target.';
comment on column cohort_retention.cohort_month is 'First day of the month in which they were found to have followed.';
comment on column cohort_retention.days_later is 'Days after following: 1, 7, 14, 30, 60, 90, 180, 365.';
comment on column cohort_retention.cohort is 'How many followed in that month, of those who have been watched for so many days.';
comment on column cohort_retention.still_following is 'How many of these were not lost within those days.';
comment on column cohort_retention.retention is 'still_following / cohort.';

create view audience_overlap as
with sizes as (
    select target, count(*) as number from open_spans group by target
),
pairs as (
    select one.target as a, other.target as b, count(*) as shared
    from open_spans as one join open_spans as other on one.user_id = other.user_id and one.target < other.target
    group by all
)
select a, b, of_a.number as a_followers, of_b.number as b_followers, shared, shared / of_a.number as share_of_a,
    shared / of_b.number as share_of_b, shared / (of_a.number + of_b.number - shared) as jaccard
from pairs join sizes as of_a on of_a.target = a join sizes as of_b on of_b.target = b;
comment on view audience_overlap is
    'How many follow both of two targets now, for each pair that has anybody in common. For one pair ask overlap(a, b).';
comment on column audience_overlap.a is 'Label of one target.';
comment on column audience_overlap.b is 'Label of the other, later in the alphabet.';
comment on column audience_overlap.a_followers is 'Followers of a.';
comment on column audience_overlap.b_followers is 'Followers of b.';
comment on column audience_overlap.shared is 'How many follow both.';
comment on column audience_overlap.share_of_a is 'shared / a_followers.';
comment on column audience_overlap.share_of_b is 'shared / b_followers.';
comment on column audience_overlap.jaccard is 'shared / all who follow either.';

create view shared_newcomers as
select one.user_id, one.username, one.target as a, other.target as b, one.followed_not_after as followed_a,
    other.followed_not_after as followed_b,
    abs(date_diff('hour', one.followed_not_after, other.followed_not_after)) / 24 as days_apart
from follower_spans as one join follower_spans as other on one.user_id = other.user_id and one.target < other.target
where one.began_as in ('followed', 'refollowed') and other.began_as in ('followed', 'refollowed')
    and abs(date_diff('hour', one.followed_not_after, other.followed_not_after)) <= 30 * 24;
comment on view shared_newcomers is
    'Who has followed two targets within 30 days of each other: where newcomers come from, or a campaign that names both.';
comment on column shared_newcomers.user_id is 'Instagram''s number of the follower.';
comment on column shared_newcomers.username is 'Newest name of the follower.';
comment on column shared_newcomers.a is 'Label of one target.';
comment on column shared_newcomers.b is 'Label of the other, later in the alphabet.';
comment on column shared_newcomers.followed_a is 'By when they had followed a.';
comment on column shared_newcomers.followed_b is 'By when they had followed b.';
comment on column shared_newcomers.days_apart is 'Days between the two.';

create view engagement_by_age as
select target, floor(age_hours / 24)::integer as age_days, count(distinct post_id) as posts,
    median(like_count) as median_likes, median(comment_count) as median_comments, median(view_count) as median_views,
    median(engagement_rate) as median_engagement_rate
from post_metrics group by all;
comment on view engagement_by_age is 'How posts stand so many days after they were posted, over all captures of each target.';
comment on column engagement_by_age.target is 'Label of the target.';
comment on column engagement_by_age.age_days is 'Whole days since the post was posted.';
comment on column engagement_by_age.posts is 'Posts that were captured at this age.';
comment on column engagement_by_age.median_likes is 'Median of their likes; hidden ones are left out.';
comment on column engagement_by_age.median_comments is 'Median of their comments.';
comment on column engagement_by_age.median_views is 'Median of their views; videos only.';
comment on column engagement_by_age.median_engagement_rate is 'Median of (likes + comments) / followers at the time.';

create view engagement_by_hour as
with after_a_day as (
    select target, post_id, min_by(engagement_rate, age_hours) as engagement_rate
    from post_metrics where age_hours >= 24 group by all
)
select target, isodow(posts.taken_at at time zone 'UTC') as weekday, hour(posts.taken_at at time zone 'UTC') as hour,
    count(*) as posts, median(engagement_rate) as median_engagement_rate
from after_a_day join posts using (target, post_id) group by all;
comment on view engagement_by_hour is
    'How posts did by the weekday and hour at which they were posted: each as it stood at its first capture a day or more later.';
comment on column engagement_by_hour.target is 'Label of the target.';
comment on column engagement_by_hour.weekday is 'Weekday in UTC: 1 is Monday, 7 Sunday.';
comment on column engagement_by_hour.hour is 'Hour in UTC, 0 to 23.';
comment on column engagement_by_hour.posts is 'Posts that were posted then; a median of few says little.';
comment on column engagement_by_hour.median_engagement_rate is 'Median of (likes + comments) / followers at the time.';

create view posting_cadence as
with spaced as (
    select target, taken_at, media_type,
        date_diff('minute', lag(taken_at) over (partition by target order by taken_at), taken_at) / 60 as hours_since
    from posts
)
select target, date_trunc('week', taken_at at time zone 'UTC')::date as week, count(*) as posts,
    count(*) filter (media_type = 'image') as images, count(*) filter (media_type = 'video') as videos,
    count(*) filter (media_type = 'sidecar') as sidecars, median(hours_since) as median_hours_between
from spaced group by all;
comment on view posting_cadence is
    'Posts per target and week, as far back as captures have listed posts; deleted ones that were listed count.';
comment on column posting_cadence.target is 'Label of the target.';
comment on column posting_cadence.week is 'Monday of the week, in UTC.';
comment on column posting_cadence.posts is 'Posts of that week; weeks without any have no row.';
comment on column posting_cadence.images is 'How many of them are one image.';
comment on column posting_cadence.videos is 'How many are a video.';
comment on column posting_cadence.sidecars is 'How many hold several images or videos.';
comment on column posting_cadence.median_hours_between is 'Median of the hours since the post before.';

create view hashtags as
select target, post_id, taken_at,
    unnest(list_distinct(regexp_extract_all(lower(caption), '#([\p{L}\p{M}\p{N}_]+)', 1))) as hashtag
from posts;
comment on view hashtags is 'Hashtags in captions: one row per post and hashtag.';
comment on column hashtags.target is 'Label of the target.';
comment on column hashtags.post_id is 'Instagram''s number of the post.';
comment on column hashtags.taken_at is 'When it was posted.';
comment on column hashtags.hashtag is 'The hashtag in small letters, without the #.';

create view mentions as
select target, post_id, taken_at,
    unnest(list_distinct(regexp_extract_all(
        lower(caption), '(?:^|[^a-z0-9._])@([a-z0-9._]{0,29}[a-z0-9_])', 1
    ))) as username
from posts;
comment on view mentions is 'Accounts that captions name: one row per post and account.';
comment on column mentions.target is 'Label of the target.';
comment on column mentions.post_id is 'Instagram''s number of the post.';
comment on column mentions.taken_at is 'When it was posted.';
comment on column mentions.username is 'Name of the account as the caption has it, in small letters, without the @.';
