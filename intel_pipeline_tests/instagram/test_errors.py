"""What becomes of the answers that go wrong, as real instaloader meets them."""

from collections.abc import Callable
from datetime import timedelta
from traceback import format_exception

import pytest
import requests

from intel_pipeline.instagram.errors import (
    ActionNeededError,
    DriftError,
    GoneError,
    InstagramError,
    LoginNeededError,
    PrivateError,
    ThrottledError,
    TransientError,
)
from intel_pipeline.instagram.instaloader_source import InstaloaderSource
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Answer, Subject
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.wire.exchange import HTML, Call, Reply, json_reply, refusal

WAIT = "Please wait a few minutes before you try again."
CHECKPOINT = {
    "message": "checkpoint_required",
    "checkpoint_url": "https://www.instagram.com/challenge/action/AXF/ABC/",
    "lock": False,
    "flow_render_type": 0,
    "status": "fail",
}
CHALLENGE = {
    "message": "challenge_required",
    "challenge": {"url": "https://www.instagram.com/challenge/", "lock": True, "logout": False},
    "status": "fail",
}
FEEDBACK = {
    "message": "feedback_required",
    "spam": True,
    "feedback_title": "Try Again Later",
    "feedback_message": "We limit how often you can do certain things on Instagram.",
    "status": "fail",
}
PAGE = Reply(200, b"<!DOCTYPE html><html><title>Instagram</title></html>", HTML)
TO_LOGIN = Reply(302, b"", HTML, [("Location", "https://www.instagram.com/accounts/login/")])
TO_CHALLENGE = Reply(302, b"", HTML, [("Location", "https://www.instagram.com/challenge/?next=/")])

FAULTS: dict[str, tuple[Reply, type[InstagramError]]] = {
    "429": (refusal(429, WAIT), ThrottledError),
    "429 without a body": (Reply(429, b"", HTML), ThrottledError),
    "200 that asks to wait": (refusal(200, WAIT), ThrottledError),
    "challenge": (json_reply(CHALLENGE, 400), ActionNeededError),
    "checkpoint": (json_reply(CHECKPOINT, 400), ActionNeededError),
    "feedback": (json_reply(FEEDBACK, 400), ActionNeededError),
    "sent to the login": (TO_LOGIN, ActionNeededError),
    "login wall": (json_reply({"message": WAIT, "require_login": True, "status": "fail"}, 401), LoginNeededError),
    "403": (json_reply({"message": "login_required", "status": "fail"}, 403), LoginNeededError),
    "400": (refusal(400, "invalid request"), DriftError),
    "400 of a private account": (refusal(400, "Not authorized to view user"), PrivateError),
    "403 that wants its owner": (
        json_reply({"message": "feedback_required", "status": "fail"}, 403),
        ActionNeededError,
    ),
    "400 with the type of a throttle": (
        json_reply({"message": "", "error_type": "rate_limit_error", "status": "fail"}, 400),
        ThrottledError,
    ),
    "400 with the type of a block": (
        json_reply({"message": "Sorry", "error_type": "sentry_block", "status": "fail"}, 400),
        ActionNeededError,
    ),
    "400 of a list whose owner is gone": (refusal(400, "unable to fetch followers"), GoneError),
    "account that was suspended": (
        json_reply({**CHALLENGE, "challenge": {"url": "https://www.instagram.com/accounts/suspended/"}}, 400),
        ActionNeededError,
    ),
    "200 with a checkpoint": (json_reply(CHECKPOINT), ActionNeededError),
    "404": (Reply(404, b"<html>Not found</html>", HTML), GoneError),
    "500": (Reply(500, b"Oops, an error occurred.", HTML), TransientError),
    "502": (Reply(502, b"", HTML), TransientError),
    "200 that fails": (json_reply({"status": "fail"}), TransientError),
    "a page instead of JSON": (PAGE, TransientError),
    "JSON that was cut": (Reply(200, b'{"users":[{"pk":"1'), TransientError),
}


@pytest.fixture
def subject(instagram: Instagram) -> Subject:
    return Subject("desk", "tide.tables", instagram.world.target_id("open"))


def reset(_call: Call) -> Reply:
    raise requests.exceptions.ConnectionError("Connection aborted: sessionid=cAnArY")  # noqa: EM101, TRY003


def slow(_call: Call) -> Reply:
    raise requests.exceptions.ReadTimeout


def raised(ask: Callable[[], Answer]) -> InstagramError:
    with pytest.raises(InstagramError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize(("reply", "kind"), FAULTS.values(), ids=FAULTS.keys())
def test_an_answer_of_the_follower_list_that_goes_wrong_has_its_class(
    instagram: Instagram, source: InstaloaderSource, subject: Subject, reply: Reply, kind: type[InstagramError]
) -> None:
    instagram.faults.append(Scripted("/friendships/", reply, times=FOR_EVER))
    sent = len(instagram.requests)
    error = raised(lambda: source.followers(subject, None))
    assert type(error) is kind
    assert "while reading followers" in error.problem
    asked = [logged for logged in instagram.requests[sent:] if "/friendships/" in logged.path]
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["429", "challenge", "login wall", "500", "JSON that was cut"])
def test_an_answer_of_the_profile_query_that_goes_wrong_has_the_same_class(
    instagram: Instagram, source: InstaloaderSource, subject: Subject, name: str
) -> None:
    reply, kind = FAULTS[name]
    instagram.faults.append(Scripted("27937681195819736", reply, times=FOR_EVER))
    assert type(raised(lambda: source.profile(subject))) is kind


@pytest.mark.parametrize("name", ["429", "500", "checkpoint", "404"])
def test_an_answer_of_the_public_page_that_goes_wrong_has_the_same_class(
    instagram: Instagram, logged_out: InstaloaderSource, name: str
) -> None:
    reply, kind = FAULTS[name]
    instagram.faults.append(Scripted("/tide.tables/", reply, times=FOR_EVER))
    assert type(raised(lambda: logged_out.profile(Subject("desk", "tide.tables", None)))) is kind


@pytest.mark.parametrize("broken", [reset, slow])
def test_a_connection_that_breaks_is_transient_and_one_request(
    instagram: Instagram, source: InstaloaderSource, subject: Subject, broken: Callable[[Call], Reply]
) -> None:
    instagram.faults.append(Scripted("/friendships/", broken))
    assert type(raised(lambda: source.followers(subject, None))) is TransientError
    assert interpret.follow_list(source.followers(subject, None)).user_ids


@pytest.mark.parametrize("fault", [refusal(500, "cAnArY"), reset], ids=["answer", "connection"])
def test_no_error_quotes_the_answer_the_address_or_a_cookie(
    instagram: Instagram,
    source: InstaloaderSource,
    subject: Subject,
    fault: Reply | Callable[[Call], Reply],
    capfd: pytest.CaptureFixture[str],
) -> None:
    instagram.faults.append(Scripted("/friendships/", fault))
    told = "".join(format_exception(raised(lambda: source.followers(subject, "cAnArY-cursor"))))
    out, err = capfd.readouterr()
    assert "cAnArY" not in told.replace('"cAnArY-cursor"', "") + out + err
    assert "friendships" not in told


def test_a_throttle_says_for_how_long_and_asks_nothing_of_its_reader(
    instagram: Instagram, source: InstaloaderSource, subject: Subject
) -> None:
    instagram.faults.append(Scripted("/friendships/", refusal(429, WAIT)))
    error = raised(lambda: source.followers(subject, None))
    assert isinstance(error, ThrottledError)
    assert error.retry_after == 666
    assert error.fix == "nothing: work goes on by itself in about 11 minutes"


def test_logged_out_lists_are_not_even_asked_for(instagram: Instagram, logged_out: InstaloaderSource) -> None:
    known = Subject("desk", "tide.tables", instagram.world.target_id("open"))
    for ask in (logged_out.followers, logged_out.followees):
        with pytest.raises(LoginNeededError, match="only to a logged-in session, and none is in use"):
            ask(known, None)
    assert instagram.requests == []


def test_followers_of_an_account_that_was_never_found_are_not_asked_for(source: InstaloaderSource) -> None:
    with pytest.raises(ValueError, match="the followers of 'desk' cannot be asked for before its id is known"):
        source.followers(Subject("desk", "tide.tables", None), None)


def test_a_missing_account_is_gone_by_name_and_by_id(source: InstaloaderSource) -> None:
    for subject in (Subject("desk", "nobody.at.all", None), Subject("desk", "nobody.at.all", 4711)):
        with pytest.raises(GoneError, match="shows no such account"):
            interpret.profile(source.profile(subject))


def test_an_account_that_vanishes_is_gone_and_a_renamed_one_is_not(
    instagram: Instagram, source: InstaloaderSource, clock: VirtualClock
) -> None:
    vanishing = Subject("desk", "brief.candle", instagram.world.target_id("vanishing"))
    renaming = Subject("desk", "first.light", instagram.world.target_id("renaming"))
    assert interpret.profile(source.profile(vanishing)).username == "brief.candle"
    clock.advance(timedelta(days=3))
    with pytest.raises(GoneError):
        interpret.profile(source.profile(vanishing))
    assert interpret.profile(source.profile(renaming)).username == "second.light"


@pytest.mark.parametrize(
    "body",
    [{}, {"users": None}, {"users": {}}, {"users": [{"pk": "1"}]}, {"users": [{"username": "x"}]}, {"users": [5]}],
)
def test_a_follower_page_of_another_shape_is_drift_or_empty(body: dict[str, object]) -> None:
    if body == {"users": {}}:
        assert interpret.follow_list(Answer("followers rest", body)).user_ids == []
        return
    with pytest.raises(DriftError, match="interpreting an answer by 'followers rest'"):
        interpret.follow_list(Answer("followers rest", body))
