-- Whoever opens the publication finds in it what each table and column means.
-- By target too, so that a question about one target does not sort the changes of all.
create or replace view follower_changes as
select log.*, case when log.kind = 'left' then coalesce(settled.cause, 'unknown') end as cause
from (
    from follower_change_log
    qualify row_number() over (partition by target, change_id order by learned_at desc, state) = 1
) as log
left join (
    from settlements qualify row_number() over (partition by change_id order by looked_up_at desc) = 1
) as settled using (change_id);
comment on view follower_changes is
    'One row per change of one follower: followed, revealed, refollowed, renamed or left; a loss is suspected, then confirmed or retracted.';

comment on table schema_migrations is 'Which numbered migrations this file has had.';
comment on column schema_migrations.number is 'Number at the beginning of the migration''s file name.';

comment on column targets.username is 'The name by which the target was added to the watchlist, or last found.';
comment on column targets.user_id is 'Instagram''s number of the account, which stays when the name changes; null until it was captured.';
comment on column targets.purpose is 'Why the operator watches this account.';
comment on column targets.added_at is 'When the target was put on the watchlist.';

comment on column captures.capture_id is 'Names the capture in all tables.';
comment on column captures.target is 'Label of the target that was read.';
comment on column captures.surface is 'What was read: profile, followers, followees or posts.';
comment on column captures.origin is 'Where it comes from: instagram, simulator or archive.';
comment on column captures.started_at is 'When its first page was received.';
comment on column captures.finished_at is 'When its last page was received.';
comment on column captures.reasons is 'Why the verdict is what it is, in words.';
comment on column captures.row_count is 'Rows that Instagram sent, repeated ones counted too.';
comment on column captures.distinct_count is 'Distinct accounts or posts among them.';
comment on column captures.reported_after is 'Number of entries that Instagram reported after the list was read.';
comment on column captures.page_count is 'Pages that the capture took.';
comment on column captures.gap_high is 'The other end of that band.';

comment on column profile_history.target is 'Label of the target.';
comment on column profile_history.user_id is 'Instagram''s number of the account, which stays when the name changes.';
comment on column profile_history.captured_at is 'When the profile was like this.';
comment on column profile_history.capture_id is 'The capture that showed it.';
comment on column profile_history.username is 'Name of the account, without the @.';
comment on column profile_history.full_name is 'Name that is shown beside it.';
comment on column profile_history.biography is 'Text about the account; an empty one was left empty by its owner.';
comment on column profile_history.external_url is 'Link in the profile.';
comment on column profile_history.is_private is 'Whether only followers see the posts.';
comment on column profile_history.is_verified is 'Whether the account bears the blue badge.';
comment on column profile_history.is_business is 'Whether it is a business account; null where the source does not tell it.';
comment on column profile_history.category is 'Category that a business or creator has chosen.';
comment on column profile_history.follower_count is 'Number of followers that Instagram reports.';
comment on column profile_history.following_count is 'Number of accounts followed that Instagram reports.';

comment on column profile_changes.change_id is 'Names the change; the same when it is derived again.';
comment on column profile_changes.target is 'Label of the target.';
comment on column profile_changes.user_id is 'Instagram''s number of the account.';
comment on column profile_changes.field is 'Column of profile_history that differs.';
comment on column profile_changes.value_before is 'What it was.';
comment on column profile_changes.value_after is 'What it is since.';
comment on column profile_changes.capture_id is 'The capture that shows the new value.';
comment on column profile_changes.before_capture_id is 'The one before it, which shows the old value.';

comment on column members.target is 'Label of the target.';
comment on column members.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column members.username is 'Name of the follower, without the @.';
comment on column members.full_name is 'Name that is shown beside it.';
comment on column members.is_private is 'Whether only the follower''s followers see their posts.';
comment on column members.is_verified is 'Whether the follower bears the blue badge.';

comment on column followers.target is 'Label of the target.';
comment on column followers.user_id is 'Instagram''s number of the follower, which stays when the name changes.';
comment on column followers.username is 'Name of the follower, without the @.';
comment on column followers.full_name is 'Name that is shown beside it.';
comment on column followers.is_private is 'Whether only the follower''s followers see their posts.';
comment on column followers.is_verified is 'Whether the follower bears the blue badge.';
comment on column followers.first_seen_at is 'Since when the follower was in every complete capture.';
comment on column followers.last_seen_at is 'When the last complete capture began.';
comment on column followers.capture_id is 'The last complete capture of the target''s followers.';

comment on column follower_change_log.change_id is 'Names the change; all that is learned about it bears the same.';
comment on column follower_change_log.target is 'Label of the target.';
comment on column follower_change_log.user_id is 'Instagram''s number of the follower.';
comment on column follower_change_log.kind is
    'followed, refollowed (after a confirmed loss), revealed (listed first now, may have followed long ago), renamed or left.';
comment on column follower_change_log.state is
    'confirmed; a loss is suspected first, and retracted when the follower is listed again.';
comment on column follower_change_log.username is 'Name of the follower when this was learned.';
comment on column follower_change_log.previous_username is 'Name before, for kind renamed.';
comment on column follower_change_log.not_before is 'The change happened after this moment.';
comment on column follower_change_log.not_after is 'The change had happened by this moment.';
comment on column follower_change_log.learned_at is 'End of the capture that taught this.';

comment on column follower_changes.change_id is 'Names the change; the same when it is derived again.';
comment on column follower_changes.target is 'Label of the target.';
comment on column follower_changes.user_id is 'Instagram''s number of the follower.';
comment on column follower_changes.kind is
    'followed, refollowed (after a confirmed loss), revealed (listed first now, may have followed long ago), renamed or left.';
comment on column follower_changes.state is
    'Where it stands: confirmed; a loss may be suspected, or retracted when the follower was listed again.';
comment on column follower_changes.username is 'Name of the follower when this was learned.';
comment on column follower_changes.previous_username is 'Name before, for kind renamed.';
comment on column follower_changes.position is
    'Place in the list, 0 the newest: where a follower who left was last listed, where anybody else first showed.';
comment on column follower_changes.not_before is 'The change happened after this moment.';
comment on column follower_changes.not_after is 'The change had happened by this moment.';
comment on column follower_changes.absences is 'Complete captures in a row without the follower, for kind left.';
comment on column follower_changes.needed is
    'Absences after which 99 in 100 losses are decided (k); null where the counts cannot decide.';
comment on column follower_changes.reason is 'Why a loss is no more than suspected, or was retracted.';
comment on column follower_changes.learned_at is 'When the present state was learned: the end of the capture that taught it.';
comment on column follower_changes.capture_id is 'The capture that taught the present state.';
comment on column follower_changes.before_capture_id is 'The last complete capture before that one.';
comment on column follower_changes.first_capture_id is 'The capture in which the change first showed.';
comment on column follower_changes.cause is
    'Why somebody left: unknown until the account was looked up, then unfollowed or deactivated; null for other kinds.';

comment on column follower_balance.target is 'Label of the target.';
comment on column follower_balance.capture_id is 'The capture of the follower list.';
comment on column follower_balance.verdict is 'Verdict of the capture when it was derived.';
comment on column follower_balance.started_at is 'When the capture''s first page was received.';
comment on column follower_balance.finished_at is 'When its last page was received.';

comment on column sightings.target is 'Label of the target.';
comment on column sightings.user_id is 'Instagram''s number of the follower.';
comment on column sightings.username is 'Name that was shown.';
comment on column sightings.seen_at is 'End of the capture that showed it.';
comment on column sightings.capture_id is 'The incomplete capture that showed it.';

comment on column open_losses.target is 'Label of the target.';
comment on column open_losses.change_id is 'Names the loss in follower_changes.';
comment on column open_losses.user_id is 'Instagram''s number of the follower.';
comment on column open_losses.username is 'Name when last listed.';
comment on column open_losses.position is 'Place in the list when last listed, 0 the newest.';
comment on column open_losses.not_before is 'When the follower was last listed.';
comment on column open_losses.not_after is 'End of the first complete capture without the follower.';
comment on column open_losses.reason is 'Why the loss is no more than suspected.';
comment on column open_losses.first_capture_id is 'The first complete capture without the follower.';

comment on column lost.target is 'Label of the target.';
comment on column lost.user_id is 'Instagram''s number of the one who left.';
comment on column lost.username is 'Name when last listed.';
comment on column lost.not_before is 'When they were last listed.';

comment on column followees.target is 'Label of the target.';
comment on column followees.user_id is 'Instagram''s number of the account that is followed.';
comment on column followees.username is 'Name of that account, without the @.';
comment on column followees.full_name is 'Name that is shown beside it.';
comment on column followees.is_private is 'Whether only its followers see its posts.';
comment on column followees.is_verified is 'Whether it bears the blue badge.';
comment on column followees.captured_at is 'When the list was complete.';
comment on column followees.capture_id is 'The capture of that list.';

comment on column settlements.change_id is 'Names the loss in follower_changes.';
comment on column settlements.target is 'Label of the target.';
comment on column settlements.user_id is 'Instagram''s number of the one who left.';
comment on column settlements.cause is
    'unfollowed (the account is there), deactivated (it is not), or unknown where the look told neither.';
comment on column settlements.looked_up_at is 'When the account was looked up.';

comment on column posts.target is 'Label of the target whose list showed the post.';
comment on column posts.post_id is 'Instagram''s number of the post.';
comment on column posts.shortcode is 'The post''s name in links: instagram.com/p/<shortcode>/.';
comment on column posts.owner_id is 'Instagram''s number of the account that posted it.';
comment on column posts.taken_at is 'When it was posted.';
comment on column posts.media_type is 'image, video or sidecar (several in one post).';
comment on column posts.caption is 'Text of the post, as last seen; null where there is none.';
comment on column posts.is_pinned is 'Whether it is pinned to the top of the profile, as last seen.';
comment on column posts.first_seen_at is 'Start of the first capture that listed it.';
comment on column posts.last_seen_at is 'Start of the last capture that listed it.';

comment on column post_metrics.target is 'Label of the target.';
comment on column post_metrics.post_id is 'Instagram''s number of the post.';
comment on column post_metrics.captured_at is 'When the post stood like this.';
comment on column post_metrics.capture_id is 'The capture that showed it.';
comment on column post_metrics.age_hours is 'Hours since it was posted.';
comment on column post_metrics.comment_count is 'Comments; null where Instagram does not tell.';
comment on column post_metrics.view_count is 'Views of a video; null for anything else.';
comment on column post_metrics.hours_since_before is 'Hours since the capture before; null where that does not show the post.';
comment on column post_metrics.likes_gained is 'Likes more than at the capture before.';
comment on column post_metrics.comments_gained is 'Comments more than at the capture before.';
comment on column post_metrics.views_gained is 'Views more than at the capture before.';
