"""Every kind of bad answer that is known, met by a batch of captures: what it means for the session and for the rest."""

import json
from pathlib import Path
from typing import Any

import pytest

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.errors import IntelError
from intel_pipeline.instagram.errors import ActionNeededError, LoginNeededError
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import SessionState
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import Reply
from intel_pipeline_tests.worlds import VIEWER, asked, next_morning, small_pipeline

BODIES = {one["name"]: one for one in json.loads((Path(__file__).parent / "error_bodies.json").read_text())}
LIMITS = Limits(most=25, seconds=7200)
TARGETS = ["open", "friendly", "fading"]
LIST, LOGIN = "/followers/", "/api/v1/web/accounts/login/ajax/"

STOPS = (
    *("checkpoint_required_login", "checkpoint_required_http200", "challenge_required", "account_suspended"),
    *("feedback_required", "sentry_block", "login_required", "please_wait_401", "login_redirect"),
)
COOLS = ("rate_limit_429_json", "rate_limit_429_empty", "rate_limit_error_type", "soft_fail_200")
# What each target's capture comes to, where only the target or the answer is at fault.
FAILS = {
    "private_account": "the account is private",
    "user_not_found_profile": "no such account",
    "followers_of_missing_user": "no such account",
    "user_null_http200": "an unknown shape",
    "graphql_errors_http200": "an unknown shape",
    "html_where_json_expected": None,
    "followers_page_truncated_by_policy": "shows only a part",
}
LOGINS = {
    "bad_password": LoginNeededError,
    "web_login_wrong_password": LoginNeededError,
    "web_login_no_user": ActionNeededError,
    "web_login_ok": ActionNeededError,
    "two_factor_required": LoginNeededError,
}


def reply(name: str) -> Reply:
    known: dict[str, Any] = BODIES[name]
    body = known["body"]
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Reply(known["http"], content, known["content_type"], [*known.get("headers", {}).items()])


def met(name: str, folder: Path) -> tuple[Pipeline, Tally, int]:
    """Capture three follower lists while each page of one is answered so; return how often one was asked for."""
    pipeline = small_pipeline(folder, TARGETS)
    day = next_morning(pipeline)
    capture_due(pipeline, "profile", day, LIMITS, lambda *_: None)
    assert pipeline.instagram is not None
    pipeline.instagram.faults.append(Scripted(LIST, reply(name), times=FOR_EVER))
    tally = capture_due(pipeline, "followers", day, LIMITS, lambda *_: None)
    return pipeline, tally, asked(pipeline, "followers")


def state(pipeline: Pipeline) -> SessionState:
    return pipeline.registry.sessions.state("desk")


def test_every_known_body_is_tried_here() -> None:
    assert {*STOPS, *COOLS, *FAILS, *LOGINS} == {*BODIES}


@pytest.mark.parametrize("name", STOPS)
def test_an_account_that_may_be_in_danger_is_asked_nothing_more(name: str, tmp_path: Path) -> None:
    pipeline, tally, sent = met(name, tmp_path)
    assert (sent, tally.verdicts) == (1, {})
    assert state(pipeline).stopped_because
    assert capture_due(pipeline, "followers", next_morning(pipeline), LIMITS, lambda *_: None).stopped
    assert asked(pipeline, "followers") == 1


@pytest.mark.parametrize("name", COOLS)
def test_a_throttled_session_rests_and_goes_on_by_itself(name: str, tmp_path: Path) -> None:
    pipeline, tally, sent = met(name, tmp_path)
    assert (sent, tally.verdicts) == (1, {})
    assert state(pipeline).stopped_because is None
    assert pipeline.registry.sessions.cooling("desk")
    assert pipeline.instagram is not None
    pipeline.instagram.faults.clear()
    assert set(capture_due(pipeline, "followers", next_morning(pipeline), LIMITS, lambda *_: None).verdicts) == {
        *TARGETS
    }


@pytest.mark.parametrize("name", FAILS)
def test_what_is_wrong_with_a_target_or_an_answer_leaves_the_session_and_the_rest_alone(
    name: str, tmp_path: Path
) -> None:
    pipeline, tally, sent = met(name, tmp_path)
    assert sent <= 2 * len(TARGETS)
    assert (state(pipeline).stopped_because, tally.stopped) == (None, None)
    reason = FAILS[name]
    if reason is None:
        assert sorted(tally.unfinished) == sorted(TARGETS)
    else:
        assert [label for label in TARGETS if reason not in tally.reasons[label]] == []
    assert "complete" not in tally.verdicts.values()


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_that_is_refused_is_one_request_and_no_session(name: str, tmp_path: Path) -> None:
    pipeline = small_pipeline(tmp_path, [])
    assert pipeline.instagram is not None
    pipeline.instagram.faults.append(Scripted(LOGIN, reply(name), times=FOR_EVER))

    def code() -> str:
        return "000000"

    with pytest.raises(IntelError) as caught, pipeline.network():
        log_in(open_context(60), VIEWER.username, VIEWER.password, code)
    assert type(caught.value) is LOGINS[name]
    assert VIEWER.password not in str(caught.value)
    tries = [logged for logged in pipeline.instagram.requests if logged.path.endswith(LOGIN)]
    assert len(tries) == 1
