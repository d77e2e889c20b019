"""The scripts of requests, played against a source that serves pages from lists."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest

from intel_pipeline.capture.findings import Finding
from intel_pipeline.capture.follow_lists import capture_list
from intel_pipeline.capture.history import History
from intel_pipeline.capture.journal import Journal
from intel_pipeline.capture.posts import capture_posts
from intel_pipeline.capture.profile import capture_profile
from intel_pipeline.capture.verdict import follower_verdict
from intel_pipeline.contracts.follower import FollowerSnapshot
from intel_pipeline.contracts.post import PostSnapshot
from intel_pipeline.contracts.profile import ProfileSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.instagram.errors import DriftError, GoneError, PrivateError, TransientError
from intel_pipeline.instagram.readings.friendships_rest import FollowList
from intel_pipeline.instagram.source import Subject
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.sources import (
    USER_ID,
    ListedSource,
    code_page,
    follower,
    follower_page,
    media,
    post_body,
    post_page,
    user,
)

KNOWN = Subject("desk", "museum_of_tea", USER_ID)
UNKNOWN = Subject("desk", "museum_of_tea", None)
PRIVATE = user(is_private=True, friendship_status={"following": False})
WHOLE = {None: follower_page([9, 7], "b"), "b": follower_page([5, 3], None)}
Told = list[tuple[int, int | None]]


class TickingClock(VirtualClock):
    """A clock on which each look takes a second, so that every page has a moment of its own."""

    def now(self) -> Any:  # noqa: ANN401  a datetime, as in the clock it is
        self.sleep(1)
        return super().now()


@pytest.fixture
def journal(tmp_path: Path, clock: VirtualClock) -> Iterator[Journal]:
    with Journal(tmp_path / "capture.pages", TickingClock(clock.now())) as opened:
        yield opened


def followers(
    source: ListedSource, journal: Journal, told: Told | None = None, name: FollowList = "followers"
) -> Finding:
    finding = capture_list(
        source,
        journal,
        KNOWN,
        name,
        lambda *_: None,
        lambda *progress: None if told is None else told.append(progress),
        lambda evidence, *_: follower_verdict(evidence, History()),
    )
    assert finding.frame is not None
    validated(FollowerSnapshot, finding.frame, "followers")
    return finding


def posts(source: ListedSource, journal: Journal, most: int = 36, subject: Subject = KNOWN) -> Finding:
    finding = capture_posts(source, journal, subject, most, lambda *_: None)
    assert finding.frame is not None
    validated(PostSnapshot, finding.frame, "posts")
    return finding


def test_a_profile_that_is_known_costs_one_request(journal: Journal) -> None:
    source = ListedSource([user()])
    finding = capture_profile(source, journal, KNOWN)
    assert finding.frame is not None
    row = validated(ProfileSnapshot, finding.frame, "profile").row(0, named=True)
    assert (row["user_id"], row["username"], row["follower_count"]) == (USER_ID, "museum_of_tea", 4)
    assert (finding.outcome.verdict, finding.outcome.pages, finding.outcome.user_id) == ("complete", 1, USER_ID)
    assert source.asked == [f"profile by id of {USER_ID}"]


def test_an_unknown_profile_is_found_by_name_and_then_asked_for_by_id(journal: Journal) -> None:
    source = ListedSource([user(follower_count=1), user(follower_count=2)])
    finding = capture_profile(source, journal, UNKNOWN)
    assert finding.frame is not None
    assert finding.frame["follower_count"].to_list() == [2]
    assert source.asked == ["profile page of museum_of_tea", f"profile by id of {USER_ID}"]


def test_logged_out_the_public_page_is_all_there_is(journal: Journal) -> None:
    source = ListedSource([user()], logged_in=False)
    assert capture_profile(source, journal, UNKNOWN).outcome.pages == 1
    assert source.asked == ["profile page of museum_of_tea"]


@pytest.mark.parametrize("shown", [None, {}])
def test_a_profile_that_is_not_shown_is_gone_as_far_as_this_answer_tells(
    journal: Journal, shown: dict[str, Any] | None
) -> None:
    with pytest.raises(GoneError, match="no such account"):
        capture_profile(ListedSource([shown or {}]), journal, KNOWN)


def test_a_profile_of_another_shape_is_drift_and_its_page_is_kept(journal: Journal) -> None:
    changed = user()
    del changed["follower_count"]
    with pytest.raises(DriftError, match="KeyError"):
        capture_profile(ListedSource([changed]), journal, KNOWN)
    assert [page.answer.body["data"]["user"] for page in journal] == [changed]


def test_a_whole_list_is_complete_and_costs_its_pages_and_two_counts(journal: Journal) -> None:
    told: Told = []
    source = ListedSource([user(follower_count=5), user(follower_count=4)], WHOLE)
    finding = followers(source, journal, told)
    assert finding.frame is not None
    assert finding.frame.select("user_id", "username", "position", "page").rows() == [
        (3, "person.3", 3, 1),
        (5, "person.5", 2, 1),
        (7, "person.7", 1, 0),
        (9, "person.9", 0, 0),
    ]
    outcome = finding.outcome
    assert (outcome.verdict, outcome.reasons, outcome.pages) == ("complete", (), 2)
    assert (outcome.rows, outcome.distinct, outcome.reported_before, outcome.reported_after) == (4, 4, 5, 4)
    assert source.asked == [
        f"profile by id of {USER_ID}",
        f"followers of {USER_ID} at None",
        f"followers of {USER_ID} at b",
        f"profile by id of {USER_ID}",
    ]
    assert told == [(2, 5), (4, 5)]
    assert outcome.started_at is not None
    assert outcome.finished_at == outcome.started_at + timedelta(seconds=1)


def test_followees_are_read_as_followers_are_and_held_against_their_own_number(journal: Journal) -> None:
    source = ListedSource([user(follower_count=99, following_count=4)], followees=WHOLE)
    finding = followers(source, journal, name="followees")
    assert finding.frame is not None
    assert finding.frame["user_id"].to_list() == [3, 5, 7, 9]
    outcome = finding.outcome
    assert (outcome.verdict, outcome.reported_before, outcome.reported_after) == ("complete", 4, 4)
    assert source.asked[1:3] == [f"followees of {USER_ID} at None", f"followees of {USER_ID} at b"]


def test_followers_who_are_listed_twice_count_once_where_they_were_first_seen(journal: Journal) -> None:
    pages = {None: follower_page([9, 7], "b"), "b": follower_page([7, 5], "c"), "c": follower_page([9, 3], None)}
    finding = followers(ListedSource([user()], pages), journal)
    assert finding.frame is not None
    assert finding.frame.select("user_id", "position", "page").rows() == [(3, 5, 2), (5, 3, 1), (7, 1, 0), (9, 0, 0)]
    assert (finding.outcome.verdict, finding.outcome.rows, finding.outcome.distinct) == ("complete", 6, 4)


@pytest.mark.parametrize(
    ("pages", "verdict", "reason", "listed"),
    [
        ({None: follower_page([9, 7], "b"), "b": follower_page([], "c")}, "partial", "an empty page", [7, 9]),
        ({None: follower_page([9, 7], "b"), "b": follower_page([5, 3], "b")}, "partial", "second time", [3, 5, 7, 9]),
        (
            {None: follower_page([9], "b"), "b": follower_page([7], "c"), "c": follower_page([5], "b")},
            "partial",
            "second time",
            [5, 7, 9],
        ),
        ({None: follower_page([9, 7, 5, 3], None, limited=True)}, "limited", "only a part", [3, 5, 7, 9]),
        ({None: follower_page([], None)}, "suspect", "empty although 4", []),
        ({None: follower_page([9], None)}, "suspect", "1 listed, 4 reported", [9]),
        ({None: follower_page(range(1, 8), None)}, "suspect", "7 listed, 4 reported", list(range(1, 8))),
    ],
    ids=["empty page", "same cursor", "cursors in a circle", "limited", "dead list", "too few", "too many"],
)
def test_a_list_that_is_not_whole_says_so_and_keeps_whom_it_showed(
    journal: Journal, pages: dict[str | None, Any], verdict: str, reason: str, listed: list[int]
) -> None:
    finding = followers(ListedSource([user()], pages), journal)
    assert finding.outcome.verdict == verdict
    assert reason in finding.outcome.reasons[0]
    assert finding.frame is not None
    assert finding.frame["user_id"].to_list() == listed


def test_a_limit_that_any_page_tells_of_holds_for_the_list(journal: Journal) -> None:
    pages = {None: follower_page([9, 7], "b", limited=True), "b": follower_page([5, 3], None)}
    assert followers(ListedSource([user()], pages), journal).outcome.verdict == "limited"


def test_without_a_reported_number_a_list_is_not_complete(journal: Journal) -> None:
    finding = followers(ListedSource([user(follower_count=None)], WHOLE), journal)
    assert (finding.outcome.verdict, finding.outcome.reported_before) == ("suspect", None)


def test_a_list_of_nobody_is_complete_where_nobody_is_reported(journal: Journal) -> None:
    finding = followers(ListedSource([user(follower_count=0)], {None: follower_page([], None)}), journal)
    assert (finding.outcome.verdict, finding.outcome.distinct, finding.outcome.pages) == ("complete", 0, 1)


def test_a_private_list_that_the_session_may_not_see_is_not_asked_for(journal: Journal) -> None:
    source = ListedSource([PRIVATE], WHOLE, {None: post_page([], None)})
    with pytest.raises(PrivateError, match="'desk' is private"):
        followers(source, journal)
    with Journal(journal.path.with_name("posts.pages"), journal.clock) as other, pytest.raises(PrivateError):
        posts(source, other)
    assert source.asked == [f"profile by id of {USER_ID}"] * 2


def test_a_private_list_that_the_session_follows_is_read(journal: Journal) -> None:
    followed = user(is_private=True, friendship_status={"following": True})
    assert followers(ListedSource([followed], WHOLE), journal).outcome.verdict == "complete"


def test_a_page_of_another_shape_is_drift(journal: Journal) -> None:
    pages = {None: {"users": [{"pk": "nobody", "username": "x"}], "status": "ok"}}
    with pytest.raises(DriftError, match="ValueError"):
        followers(ListedSource([user()], pages), journal)


def test_a_capture_that_stumbled_anywhere_resumes_without_asking_anything_twice(
    tmp_path: Path, clock: VirtualClock
) -> None:
    undisturbed = ListedSource([user()], WHOLE)
    with Journal(tmp_path / "undisturbed.pages", clock) as journal:
        expected = followers(undisturbed, journal)
    for number, request in enumerate(dict.fromkeys(undisturbed.asked)):
        source = ListedSource([user()], WHOLE)
        source.stumble_at = request
        path = tmp_path / f"{number}.pages"
        with pytest.raises(TransientError), Journal(path, clock) as journal:
            followers(source, journal)
        with Journal(path, clock) as journal:
            resumed = followers(source, journal)
        assert source.asked == undisturbed.asked
        assert resumed.outcome == expected.outcome
        assert resumed.frame is not None
        assert resumed.frame.equals(expected.frame)


def test_a_finished_capture_is_read_again_from_its_journal_without_any_request(journal: Journal) -> None:
    source = ListedSource([user()], WHOLE)
    first = followers(source, journal)
    asked = len(source.asked)
    again = followers(source, journal)
    assert len(source.asked) == asked
    assert again.outcome == first.outcome


def test_posts_are_read_to_their_end_with_hidden_counts_left_out(journal: Journal) -> None:
    hidden = media(7, like_and_view_counts_disabled=True, like_count=3, view_count=9, caption=None)
    video = media(5, media_type=2, play_count=77, view_count=70, timeline_pinned_user_ids=[USER_ID])
    pages = {None: post_page([video, media(9)], "b"), "b": post_page([hidden], None)}
    finding = posts(ListedSource([user()], posts=pages), journal)
    assert finding.frame is not None
    columns = ("post_id", "media_type", "caption", "like_count", "comment_count", "view_count", "is_pinned", "position")
    assert finding.frame.select(columns).rows() == [
        (5, "video", "Post 5", 50, 5, 77, True, 0),
        (7, "image", None, None, 7, None, False, 2),
        (9, "image", "Post 9", 90, 9, None, False, 1),
    ]
    assert (finding.outcome.verdict, finding.outcome.pages, finding.outcome.rows) == ("complete", 2, 3)


def test_posts_beyond_the_wanted_number_are_not_asked_for(journal: Journal) -> None:
    pages = {None: post_page([media(9), media(8)], "b"), "b": post_page([media(7)], "c")}
    source = ListedSource([user()], posts=pages)
    assert posts(source, journal, most=3).outcome.verdict == "complete"
    assert source.asked == [
        f"profile by id of {USER_ID}",
        "posts of museum_of_tea at None",
        "posts of museum_of_tea at b",
    ]


def test_posts_that_are_listed_twice_count_once(journal: Journal) -> None:
    pages = {None: post_page([media(9), media(8)], "b"), "b": post_page([media(8, like_count=1)], None)}
    finding = posts(ListedSource([user()], posts=pages), journal)
    assert finding.frame is not None
    assert finding.frame.select("post_id", "like_count").rows() == [(8, 80), (9, 90)]
    assert (finding.outcome.rows, finding.outcome.distinct) == (3, 2)


@pytest.mark.parametrize(
    "second", [post_page([], "c"), post_page([media(7)], "b")], ids=["an empty page", "the same cursor"]
)
def test_posts_behind_a_broken_chain_make_the_capture_partial(journal: Journal, second: dict[str, Any]) -> None:
    source = ListedSource([user()], posts={None: post_page([media(9)], "b"), "b": second})
    finding = posts(source, journal)
    assert finding.outcome.verdict == "partial"
    assert "broke the chain" in finding.outcome.reasons[0]


def test_the_timeline_is_asked_for_by_the_name_of_today(journal: Journal) -> None:
    source = ListedSource([user(username="Tea.Museum")], posts={None: post_page([], None)})
    finding = posts(source, journal)
    assert source.asked[-1] == "posts of tea.museum at None"
    assert (finding.outcome.verdict, finding.outcome.username, finding.outcome.rows) == ("complete", "tea.museum", 0)


CODES: dict[str | None, Any] = {None: code_page([9, 8], "b"), "77 b": code_page([7], None, first=False)}
EACH = {f"Code{number}": post_body(number) for number in (9, 8, 7)}


def test_logged_out_each_post_that_a_page_names_is_asked_for_by_itself(journal: Journal) -> None:
    source = ListedSource([user()], posts=CODES, post=EACH, logged_in=False)
    finding = posts(source, journal)
    assert finding.frame is not None
    assert finding.frame.select("post_id", "like_count", "position").rows() == [(7, 70, 2), (8, 80, 1), (9, 90, 0)]
    assert (finding.outcome.verdict, finding.outcome.pages, finding.outcome.rows) == ("complete", 2, 3)
    assert source.asked[1:] == [
        "posts of museum_of_tea at None",
        "the post Code9 of museum_of_tea",
        "the post Code8 of museum_of_tea",
        "posts of museum_of_tea at 77 b",
        "the post Code7 of museum_of_tea",
    ]


def test_logged_out_no_post_beyond_the_wanted_number_is_asked_for(journal: Journal) -> None:
    source = ListedSource([user()], posts=CODES, post=EACH, logged_in=False)
    assert posts(source, journal, most=1).outcome.verdict == "complete"
    assert source.asked[1:] == ["posts of museum_of_tea at None", "the post Code9 of museum_of_tea"]


def test_a_post_that_is_named_and_not_shown_makes_the_capture_partial(journal: Journal) -> None:
    source = ListedSource([user()], posts=CODES, post={**EACH, "Code8": post_body(None)}, logged_in=False)
    finding = posts(source, journal)
    assert finding.frame is not None
    assert finding.frame["post_id"].to_list() == [7, 9]
    assert (finding.outcome.verdict, finding.outcome.reasons[0][:20]) == ("partial", "1 posts are listed, ")


def test_a_post_by_itself_may_come_without_a_number_of_likes(journal: Journal) -> None:
    untold = post_body(9)
    del untold["data"]["xdt_api__v1__media__shortcode__web_info"]["items"][0]["like_count"]
    source = ListedSource([user()], posts={None: code_page([9], None)}, post={"Code9": untold}, logged_in=False)
    finding = posts(source, journal)
    assert finding.frame is not None
    assert finding.frame["like_count"].to_list() == [None]


def test_logged_out_the_posts_of_a_private_profile_are_private(journal: Journal) -> None:
    private = {"data": [{"xig_user_by_username": {"pk": str(USER_ID), "id": "77", "is_private": True}}]}
    source = ListedSource([user()], posts={None: private}, logged_in=False)
    with pytest.raises(PrivateError, match="its followers only"):
        posts(source, journal)


def test_a_page_of_posts_without_its_posts_is_drift(journal: Journal) -> None:
    bare = {"data": [{"xig_user_by_username": {"pk": str(USER_ID), "id": "77", "is_private": False}}]}
    with pytest.raises(DriftError, match="KeyError"):
        posts(ListedSource([user()], posts={None: bare}, logged_in=False), journal)


BEACH = "At the beach \ud83c"


@pytest.mark.parametrize(
    "broken", [{"media_type": 99}, {"like_count": "Ann's"}, {"pk": None}, {"caption": {"text": 5}}]
)
def test_a_post_of_another_shape_is_drift_and_nothing_of_it_is_quoted(journal: Journal, broken: dict[str, Any]) -> None:
    source = ListedSource([user()], posts={None: post_page([media(9, **broken)], None)})
    with pytest.raises(DriftError) as caught:
        posts(source, journal)
    assert "Ann's" not in "".join(format_exception(caught.value))


@pytest.mark.parametrize("broken", [{"full_name": 5}, {"is_private": "Ann's"}, {"pk": str(2**64)}])
def test_a_follower_of_another_shape_is_drift_and_nothing_of_it_is_quoted(
    journal: Journal, broken: dict[str, Any]
) -> None:
    page = {"users": [follower(7, **broken)], "status": "ok"}
    with pytest.raises(DriftError) as caught:
        followers(ListedSource([user()], {None: page}), journal)
    assert "Ann's" not in "".join(format_exception(caught.value))


def test_a_profile_of_other_types_is_drift(journal: Journal) -> None:
    with pytest.raises(DriftError):
        capture_profile(ListedSource([user(follower_count="many")]), journal, KNOWN)


def test_texts_that_were_cut_in_the_middle_of_an_emoji_are_mended(journal: Journal) -> None:
    profile = user(biography=BEACH, full_name=BEACH, category=BEACH)
    pages = {None: {"users": [follower(7, full_name=BEACH)], "status": "ok"}}
    source = ListedSource([profile], pages, {None: post_page([media(9, caption={"text": BEACH})], None)})
    found = capture_profile(source, journal, KNOWN).frame
    assert found is not None
    mended = "At the beach \ufffd"
    assert found.select("biography", "full_name", "category").rows() == [(mended, mended, mended)]
    listed, posted = followers(source, journal).frame, posts(source, journal).frame
    assert listed is not None
    assert posted is not None
    assert (listed["full_name"].to_list(), posted["caption"].to_list()) == ([mended], [mended])
