"""Real, unmodified instaloader against the stand-in, over both routes; nothing of ours but the simulator."""

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import instaloader
import pytest
from instaloader import Post, Profile

from intel_pipeline.simulator import specs
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import CODED, PLAIN, STOPPED, TIMED
from intel_pipeline.simulator.world import World

if TYPE_CHECKING:
    from intel_pipeline_tests.simulator.conftest import NewLoader

pytestmark = pytest.mark.usefixtures("route")


@pytest.fixture
def loader(new_loader: "NewLoader", route: str) -> instaloader.Instaloader:
    loader = new_loader()
    loader.login(PLAIN.username, PLAIN.password)
    return loader


def whole_list(loader: instaloader.Instaloader, user_id: int, name: str, count: int) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = []
    params: dict[str, Any] = {"count": count}
    while True:
        page = loader.context.get_json(f"api/v1/friendships/{user_id}/{name}/", params)
        users += page["users"]
        assert page["big_list"] == ("next_max_id" in page)
        if "next_max_id" not in page:
            return users
        params["max_id"] = page["next_max_id"]


def test_a_login_passes_the_second_factor_after_a_wrong_code(new_loader: "NewLoader") -> None:
    loader = new_loader()
    with pytest.raises(instaloader.TwoFactorAuthRequiredException):
        loader.login(CODED.username, CODED.password)
    with pytest.raises(instaloader.BadCredentialsException, match="check the security code"):
        loader.two_factor_login("000000")
    loader.two_factor_login("246810")
    assert loader.test_login() == CODED.username
    session = loader.save_session()
    assert session["sessionid"]
    assert session["ds_user_id"] == loader.context.user_id


def test_a_login_passes_with_a_time_based_code(new_loader: "NewLoader", clock: VirtualClock) -> None:
    loader = new_loader()
    with pytest.raises(instaloader.TwoFactorAuthRequiredException):
        loader.login(TIMED.username, TIMED.password)
    assert TIMED.totp_key
    code = specs.totp(TIMED.totp_key, int(clock.now().timestamp()) // 30)
    clock.advance(timedelta(hours=1))
    with pytest.raises(instaloader.BadCredentialsException):
        loader.two_factor_login(code)
    loader.two_factor_login(specs.totp(TIMED.totp_key, int(clock.now().timestamp()) // 30))
    assert loader.test_login() == TIMED.username


def test_wrong_password_unknown_user_and_checkpoint_are_told_apart(new_loader: "NewLoader") -> None:
    loader = new_loader()
    with pytest.raises(instaloader.BadCredentialsException, match="Wrong password"):
        loader.login(PLAIN.username, "guess")
    with pytest.raises(instaloader.LoginException, match="does not exist"):
        loader.login("nobody.at.all", "guess")
    with pytest.raises(instaloader.LoginException, match="Checkpoint required"):
        loader.login(STOPPED.username, STOPPED.password)
    assert loader.test_login() is None


def test_a_saved_session_is_good_for_another_context(loader: instaloader.Instaloader, new_loader: "NewLoader") -> None:
    other = new_loader()
    other.load_session(PLAIN.username, loader.save_session())
    assert other.test_login() == PLAIN.username
    assert Profile.own_profile(other.context).userid == int(loader.save_session()["ds_user_id"])


def test_a_profile_reads_as_the_world_has_it(
    loader: instaloader.Instaloader, world: World, instagram: Instagram
) -> None:
    known = world.profile(world.target_id("open"))
    profile = Profile.from_username(loader.context, "Tide.Tables")
    assert known
    assert (profile.userid, profile.username, profile.full_name) == (known.id, known.username, known.full_name)
    assert (profile.followers, profile.followees, profile.mediacount) == (230, 40, 60)
    assert (profile.is_private, profile.is_verified, profile.followed_by_viewer) == (False, True, False)
    assert Profile.from_id(loader.context, known.id) == profile
    assert Profile.from_id(loader.context, known.id).biography == profile.biography
    assert list(profile.get_similar_accounts()) == []
    assert profile.profile_pic_url.startswith("https://scontent.cdninstagram.com/")
    assert loader.context.get_raw(profile.profile_pic_url).content.startswith(b"\xff\xd8")
    assert not [logged for logged in instagram.requests if logged.status != 200]


def test_sixty_posts_read_as_the_world_has_them_in_eight_requests(
    loader: instaloader.Instaloader, world: World, instagram: Instagram
) -> None:
    before = len(instagram.requests)
    posts = list(Profile.from_username(loader.context, "tide.tables").get_posts())
    assert len(instagram.requests) - before == 8
    known = world.posts_of(world.target_id("open"))
    now = world.now()
    assert [post.mediaid for post in posts] == [post.pk for post in known]
    assert [post.shortcode for post in posts] == [post.code for post in known]
    assert [post.likes for post in posts] == [post.likes_at(now) for post in known]
    assert [post.caption for post in posts] == [post.caption for post in known]
    assert {post.typename for post in posts} == {"GraphImage", "GraphVideo", "GraphSidecar"}
    one = Post.from_shortcode(loader.context, posts[0].shortcode)
    assert (one.comments, int(one.owner_id)) == (known[0].comments_at(now), world.target_id("open"))


def test_a_private_profile_opens_to_who_follows_it_only(loader: instaloader.Instaloader) -> None:
    friendly = Profile.from_username(loader.context, "spruce.hollow")
    assert len(list(friendly.get_posts())) == 30
    assert len(whole_list(loader, friendly.userid, "followers", 50)) == 130
    closed = Profile.from_username(loader.context, "locked.orchard")
    assert (closed.is_private, closed.followed_by_viewer, closed.followers) == (True, False, 90)
    with pytest.raises(instaloader.PrivateProfileNotFollowedException):
        closed.get_posts()
    with pytest.raises(instaloader.QueryReturnedBadRequestException, match="Not authorized to view user"):
        whole_list(loader, closed.userid, "followers", 50)


def test_a_missing_profile_does_not_exist_in_any_way(loader: instaloader.Instaloader) -> None:
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile.from_username(loader.context, "nobody.at.all")
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile.from_id(loader.context, 4711)
    with pytest.raises(instaloader.QueryReturnedBadRequestException, match="unable to fetch followers"):
        whole_list(loader, 4711, "followers", 50)


def test_somebody_logged_out_reads_a_profile_and_its_posts(
    new_loader: "NewLoader", world: World, instagram: Instagram
) -> None:
    loader = new_loader()
    profile = Profile.from_username(loader.context, "tide.tables")
    assert (profile.followers, profile.mediacount) == (230, 60)
    posts = list(profile.get_posts())
    assert [post.mediaid for post in posts] == [post.pk for post in world.posts_of(profile.userid)]
    assert posts[3].comments == world.posts_of(profile.userid)[3].comments_at(world.now())
    assert len(instagram.requests) == 67
    assert Profile.from_id(loader.context, profile.userid) == profile
    legacy = Profile(loader.context, {"username": "tide.tables", "id": str(profile.userid)})
    assert (legacy.followers, legacy.biography) == (230, profile.biography)


def test_somebody_logged_out_gets_nothing_private_and_no_lists(new_loader: "NewLoader", world: World) -> None:
    loader = new_loader()
    with pytest.raises(instaloader.LoginRequiredException):
        Profile.from_username(loader.context, "spruce.hollow").get_posts()
    with pytest.raises(instaloader.ConnectionException, match=r"401 Unauthorized.*Please wait a few minutes"):
        whole_list(loader, world.target_id("open"), "followers", 50)
    assert loader.test_login() is None


def test_the_old_follower_lists_are_counted_but_empty(loader: instaloader.Instaloader) -> None:
    profile = Profile.from_username(loader.context, "tide.tables")
    followers, followees = profile.get_followers(), profile.get_followees()
    assert (followers.count, list(followers)) == (230, [])
    assert (followees.count, list(followees)) == (40, [])


@pytest.mark.parametrize("count", [12, 50, 200])
def test_the_rest_lists_page_through_everybody(loader: instaloader.Instaloader, world: World, count: int) -> None:
    target_id = world.target_id("open")
    followers = whole_list(loader, target_id, "followers", count)
    assert [(int(user["pk"]), user["username"]) for user in followers] == [
        (person.id, person.username) for person in world.followers_of(target_id)
    ]
    followees = whole_list(loader, target_id, "following", count)
    assert [int(user["pk"]) for user in followees] == [person.id for person in world.followees_of(target_id)]


def test_a_list_that_is_read_while_people_come_and_go_misses_none_who_stayed(
    loader: instaloader.Instaloader, world: World, clock: VirtualClock
) -> None:
    target_id = world.target_id("open")
    at_first = [person.id for person in world.followers_of(target_id)]
    page = loader.context.get_json(f"api/v1/friendships/{target_id}/followers/", {"count": 50})
    listed = [int(user["pk"]) for user in page["users"]]
    while "next_max_id" in page:
        clock.advance(timedelta(days=3))
        params = {"count": 50, "max_id": page["next_max_id"]}
        page = loader.context.get_json(f"api/v1/friendships/{target_id}/followers/", params)
        listed += [int(user["pk"]) for user in page["users"]]
    stayed = {person.id for person in world.followers_of(target_id)} & set(at_first)
    events = world.truth(target_id, world.start, clock.now())
    returned = {event.user_id for event in events if event.kind == "followed"}
    assert len(stayed) < len(at_first)
    assert stayed - returned <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_target_keeps_its_id_when_it_renames(
    loader: instaloader.Instaloader, world: World, clock: VirtualClock
) -> None:
    before = Profile.from_username(loader.context, "first.light")
    clock.advance(timedelta(days=3))
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile.from_username(loader.context, "first.light")
    after = Profile.from_username(loader.context, "second.light")
    assert (after.userid, after.username) == (before.userid, "second.light")
    assert Profile.from_id(loader.context, world.target_id("renaming")).username == "second.light"


def test_a_target_that_vanishes_is_gone_by_name_and_by_id(
    loader: instaloader.Instaloader, clock: VirtualClock, instagram: Instagram
) -> None:
    before = Profile.from_username(loader.context, "brief.candle")
    post = next(before.get_posts())
    clock.advance(timedelta(days=3))
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile.from_username(loader.context, "brief.candle")
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile.from_id(loader.context, before.userid)
    with pytest.raises(instaloader.ProfileNotExistsException):
        Profile(loader.context, {"username": "brief.candle", "id": str(before.userid)}).get_posts()
    with pytest.raises(instaloader.BadResponseException):
        Post.from_shortcode(loader.context, post.shortcode)
    assert not [logged for logged in instagram.requests if logged.key.startswith("unknown")]


def test_a_follower_can_be_looked_up(loader: instaloader.Instaloader, world: World) -> None:
    follower = world.followers_of(world.target_id("open"))[0]
    profile = Profile.from_username(loader.context, follower.username)
    assert (profile.userid, profile.full_name) == (follower.id, follower.full_name)
    assert list(instaloader.TopSearchResults(loader.context, follower.username).get_profiles()) == [profile]


def test_the_iphone_endpoints_know_the_bearer(
    loader: instaloader.Instaloader, world: World, instagram: Instagram
) -> None:
    loader.context.iphone_support = True
    profile = Profile.from_username(loader.context, "tide.tables")
    assert profile.profile_pic_url.endswith("1080x1080.jpg")
    logged = instagram.requests[-1]
    assert (logged.host, logged.key, logged.viewer) == ("i.instagram.com", "iphone_profile", PLAIN.username)
    post = Post.from_shortcode(loader.context, world.posts_of(profile.userid)[0].code)
    assert post.url
    assert base64.urlsafe_b64encode(post.mediaid.to_bytes(9, "big")).decode().lstrip("A") == post.shortcode


def test_what_is_not_simulated_is_answered_with_404_and_marked_in_the_log(
    loader: instaloader.Instaloader, instagram: Instagram
) -> None:
    with pytest.raises(instaloader.QueryReturnedNotFoundException):
        loader.context.get_json("api/v1/feed/timeline/", {})
    with pytest.raises(instaloader.QueryReturnedNotFoundException):
        loader.context.graphql_query("d15efd8c0c5b23f0ef71f18bf363c704", {"only_stories": True})
    assert [logged.key.split()[0] for logged in instagram.requests[-2:]] == ["unknown", "unknown"]
