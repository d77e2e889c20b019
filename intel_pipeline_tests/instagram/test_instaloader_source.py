"""The surfaces as real, unmodified instaloader reads them from the stand-in."""

import io
import json

import pytest
import requests

from intel_pipeline.instagram.instaloader_source import InstaloaderSource
from intel_pipeline.instagram.pace import text_of
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Subject
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.wire.exchange import Call, Reply


def subject(instagram: Instagram, label: str, *, known: bool = True) -> Subject:
    target_id = instagram.world.target_id(label)
    profile = instagram.world.profile(target_id)
    assert profile is not None
    return Subject(label, profile.username, target_id if known else None)


@pytest.mark.parametrize("known", [True, False])
def test_a_profile_reads_as_the_world_has_it(instagram: Instagram, source: InstaloaderSource, *, known: bool) -> None:
    asked = subject(instagram, "open", known=known)
    reading = interpret.profile(source.profile(asked))
    profile = instagram.world.profile(instagram.world.target_id("open"))
    assert profile is not None
    assert (reading.user_id, reading.username, reading.full_name) == (profile.id, profile.username, profile.full_name)
    assert (reading.follower_count, reading.following_count, reading.media_count) == (230, 40, 60)
    assert (reading.biography, reading.is_private, reading.is_verified) == (profile.biography, False, True)
    assert reading.follows is (False if known else None)
    assert reading.picture is not None


def test_a_profile_reads_the_same_logged_out(instagram: Instagram, logged_out: InstaloaderSource) -> None:
    assert not logged_out.logged_in
    reading = interpret.profile(logged_out.profile(subject(instagram, "open", known=False)))
    assert (reading.username, reading.follower_count) == ("tide.tables", 230)


@pytest.mark.parametrize(("label", "follows"), [("friendly", True), ("closed", False)])
def test_a_private_profile_tells_whether_the_session_follows_it(
    instagram: Instagram, source: InstaloaderSource, label: str, *, follows: bool
) -> None:
    reading = interpret.profile(source.profile(subject(instagram, label)))
    assert (reading.is_private, reading.follows) == (True, follows)


def test_followers_read_as_the_world_has_them_page_by_page(instagram: Instagram, source: InstaloaderSource) -> None:
    asked = subject(instagram, "open")
    found: list[tuple[int, str]] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page = interpret.follow_list(source.followers(asked, cursor))
        found += zip(page.user_ids, page.usernames, strict=True)
        cursor, pages = page.next_cursor, pages + 1
        assert not page.limited
    assert pages == 5
    assert found == [(person.id, person.username) for person in instagram.world.followers_of(asked.user_id or 0)]


def test_followees_read_as_the_world_has_them(instagram: Instagram, source: InstaloaderSource) -> None:
    asked = subject(instagram, "open")
    page = interpret.follow_list(source.followees(asked, None))
    truth = [(person.id, person.username) for person in instagram.world.followees_of(asked.user_id or 0)]
    assert (list(zip(page.user_ids, page.usernames, strict=True)), page.next_cursor) == (truth, None)
    assert len(truth) == 40


def test_a_list_that_is_shown_in_part_says_so(instagram: Instagram, source: InstaloaderSource) -> None:
    everybody = instagram.world.followers_of(instagram.world.target_id("open"))
    follower = next(person for person in everybody if not person.is_private)
    page = interpret.follow_list(source.followers(Subject("x", follower.username, follower.id), None))
    assert page.limited


def test_posts_read_as_the_world_has_them_to_the_end(instagram: Instagram, source: InstaloaderSource) -> None:
    asked = subject(instagram, "open")
    known = {post.pk: post for post in instagram.world.posts_of(asked.user_id or 0)}
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = interpret.posts(source.posts(asked, cursor))
        found += page.posts
        cursor, pages = page.next_cursor, pages + 1
    assert pages == 5
    assert [post.post_id for post in found] == list(known)
    now = instagram.world.now()
    for post in found:
        assert post.shortcode == known[post.post_id].code
        assert post.like_count in (None, known[post.post_id].likes_at(now))
        assert post.owner_id == asked.user_id


def test_logged_out_posts_read_as_the_world_has_them_to_the_end(
    instagram: Instagram, logged_out: InstaloaderSource
) -> None:
    asked = subject(instagram, "open")
    known = {post.code: post for post in instagram.world.posts_of(asked.user_id or 0)}
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor is not None:
        page = interpret.posts(logged_out.posts(asked, cursor))
        found += page.shortcodes
        cursor, pages = page.next_cursor, pages + 1
    assert pages == 5
    assert found == list(known)
    shown = interpret.post(logged_out.post(asked, found[0]))
    assert shown is not None
    assert (shown.post_id, shown.owner_id) == (known[found[0]].pk, asked.user_id)
    assert interpret.post(logged_out.post(asked, "CAAAAAAAAAA")) is None


def test_answers_come_with_what_was_received_byte_for_byte(
    instagram: Instagram, source: InstaloaderSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    real = instagram.answer

    def overheard(call: Call) -> Reply:
        reply = real(call)
        sent.append(reply.body)
        return reply

    monkeypatch.setattr(instagram, "answer", overheard)
    asked = subject(instagram, "open")
    answers = [source.profile(asked), source.followers(asked, None), source.posts(asked, None)]
    # The first is the start page, for its tokens.
    assert [answer.received for answer in answers] == sent[1:]
    assert [json.loads(answer.received or b"") for answer in answers] == [answer.body for answer in answers]


def test_what_was_found_in_a_page_is_not_what_was_received(instagram: Instagram, source: InstaloaderSource) -> None:
    assert source.profile(subject(instagram, "open", known=False)).received is None


@pytest.mark.parametrize(
    ("content", "encoding", "usable"),
    [
        (b'{"a": "\xc3\xa9"}', "utf-8", True),
        (b'{"a": "\xc3\xa9"}', None, True),
        (b'{"a": "\xc3\xa9"}', "ISO-8859-1", False),
        (b'{"a": "\xe9"}', "utf-8", False),
    ],
)
def test_bytes_that_requests_reads_as_other_characters_are_not_kept(
    content: bytes, encoding: str | None, *, usable: bool
) -> None:
    response = requests.Response()
    response.raw, response.encoding = io.BytesIO(content), encoding
    assert text_of(response) == (content if usable else None)


def test_every_request_of_a_surface_is_in_the_ledger(
    instagram: Instagram, source: InstaloaderSource, registry: Registry
) -> None:
    before = len(instagram.requests)
    asked = subject(instagram, "open")
    source.profile(asked)
    source.followers(asked, None)
    answered = [logged.key for logged in instagram.requests[before:]]
    assert answered == ["start_page", "profile_by_id", "followers"]
    assert registry.ledger.total() == 3
