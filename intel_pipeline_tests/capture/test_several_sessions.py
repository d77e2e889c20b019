from dataclasses import replace
from pathlib import Path

import pytest

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.errors import VaultError
from intel_pipeline.instagram.source import Surface
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import FOR_EVER, Fault, Scripted
from intel_pipeline.simulator.wire.exchange import Call, Reply, json_reply
from intel_pipeline_tests.worlds import SECOND, VIEWER, asked, askers, clock_of, next_morning, pair_pipeline

DESK, ANNEX = VIEWER.username, SECOND.username
LIMITS = Limits(most=25, seconds=3600)
FOLLOWERS = "/followers/"
CHALLENGE = json_reply({"message": "challenge_required", "status": "fail"}, 400)
THROTTLE = json_reply({"message": "wait", "status": "fail"}, 429)


def captured(pipeline: Pipeline, surface: Surface, limits: Limits = LIMITS) -> Tally:
    return capture_due(pipeline, surface, today(pipeline.clock), limits, lambda *_: None)


def narrowed(pipeline: Pipeline, only: str) -> Pipeline:
    """The same folder with INTEL_SESSION set."""
    return replace(pipeline, settings=pipeline.settings.model_copy(update={"session": only}))


def by_session(pipeline: Pipeline, surface: str = "followers") -> dict[str, str | None]:
    return {one.target: one.session for one in pipeline.registry.captures.latest() if one.surface == surface}


class Aimed:
    """A fault of one session's requests for followers: some pass, then `times` are answered with `reply`."""

    def __init__(self, pipeline: Pipeline, session: str, reply: Reply, *, after: int = 0, times: int = 1) -> None:
        self.cookie = pipeline.vault().unseal(session)["cookies"]["sessionid"]
        self.scripted: Fault = Scripted(FOLLOWERS, reply, after=after, times=times)

    def intercept(self, call: Call) -> Reply | None:
        return self.scripted.intercept(call) if self.cookie in str(call.headers) else None


def aim(pipeline: Pipeline, session: str, reply: Reply, *, after: int = 0, times: int = 1) -> None:
    assert pipeline.instagram is not None
    pipeline.instagram.faults.append(Aimed(pipeline, session, reply, after=after, times=times))


def test_targets_of_any_are_spread_over_the_sessions_and_every_request_is_its_own_sessions(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "renaming", "fading", "vanishing"])
    captured(pipeline, "profile")
    before = {name: pipeline.registry.ledger.spent(name) for name in ("desk", "annex")}
    assert pipeline.instagram is not None
    pipeline.instagram.requests.clear()
    assert set(captured(pipeline, "followers").verdicts.values()) == {"complete"}
    assert set(by_session(pipeline).values()) == {"desk", "annex"}
    seen = [request.viewer for request in pipeline.instagram.requests]
    spent = {name: pipeline.registry.ledger.spent(name) - before[name] for name in before}
    assert spent == {"desk": seen.count(DESK), "annex": seen.count(ANNEX)}


def test_a_target_of_its_own_session_is_read_with_no_other_so_that_each_private_one_is_seen(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["friendly", "closed"])
    pipeline.registry.targets.assign("friendly", "desk")
    pipeline.registry.targets.assign("closed", "annex")
    captured(pipeline, "profile")
    assert captured(pipeline, "followers").verdicts == {"friendly": "complete", "closed": "complete"}
    assert by_session(pipeline) == {"friendly": "desk", "closed": "annex"}
    assert askers(pipeline, "followers") == [*3 * [DESK], *2 * [ANNEX]] or askers(pipeline, "followers") == [
        *2 * [ANNEX],
        *3 * [DESK],
    ]


def test_a_session_kept_to_its_own_targets_reads_no_others(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "renaming", "closed"])
    pipeline.registry.sessions.use("annex", "own")
    pipeline.registry.targets.assign("closed", "annex")
    captured(pipeline, "profile")
    assert by_session(pipeline, "profile") == {"open": "desk", "renaming": "desk", "closed": "annex"}


def test_a_stopped_session_keeps_nobody_waiting_but_its_own_targets(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "friendly", "closed"])
    pipeline.registry.targets.assign("friendly", "desk")
    pipeline.registry.sessions.stop("desk", "a checkpoint awaits its owner")
    day = today(pipeline.clock)
    pipeline.registry.rounds.begin(day)
    assert pipeline.idle(day) is None
    tally = captured(pipeline, "profile")
    assert (tally.due, tally.verdicts) == (3, {"open": "complete", "closed": "complete"})
    assert tally.stopped == "the session 'desk' is stopped: a checkpoint awaits its owner"
    assert set(captured(pipeline, "followers").verdicts) == {"open", "closed"}
    captured(pipeline, "posts")
    assert DESK not in {one for key in ("profile_page", "followers") for one in askers(pipeline, key)}
    assert pipeline.idle(day) == "the session 'desk' is stopped: a checkpoint awaits its owner"
    assert pipeline.due(day) == 3


def test_one_session_that_is_throttled_in_the_middle_leaves_the_others_targets_alone_and_goes_on_later(
    tmp_path: Path,
) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "closed"])
    pipeline.registry.targets.assign("closed", "annex")
    captured(pipeline, "profile")
    aim(pipeline, "desk", THROTTLE, after=2)
    pipeline.registry.sessions.use("annex", "own")
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {"closed": "complete"}
    assert "429" in str(tally.stopped)
    pipeline.registry.sessions.use("annex", "any")
    # A session with budget is at hand now, and yet the capture waits for the one that began it.
    assert captured(pipeline, "followers").stopped == pipeline.session("desk").cooling()
    assert askers(pipeline, "followers").count(DESK) == 3
    clock_of(pipeline).sleep(700)
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    assert askers(pipeline, "followers").count(DESK) == 5 + 1
    assert by_session(pipeline) == {"open": "desk", "closed": "annex"}


def test_what_a_stopped_session_was_reading_is_begun_anew_by_another_on_the_next_day_only(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open"])
    captured(pipeline, "profile")
    pipeline.registry.sessions.use("annex", "own")
    aim(pipeline, "desk", CHALLENGE, after=2, times=FOR_EVER)
    assert "owner" in str(captured(pipeline, "followers").stopped)
    pipeline.registry.sessions.use("annex", "any")
    spent = asked(pipeline, "followers")
    assert captured(pipeline, "followers").stopped == pipeline.session("desk").stopped()
    assert asked(pipeline, "followers") == spent
    next_morning(pipeline)
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    given_up, taken = pipeline.registry.captures.newest("open", None, 9)[1::-1]
    assert (given_up.session, given_up.verdict) == ("desk", "partial")
    assert "begun with the session 'desk'" in given_up.reasons[0]
    # Not one page of desk's is in it: the list is as one account sees it.
    assert (taken.session, taken.page_count) == ("annex", 5)
    assert askers(pipeline, "followers") == [*3 * [DESK], *5 * [ANNEX]]


def test_the_same_capture_goes_on_where_the_operator_has_acted_on_the_same_day(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open"])
    pipeline.registry.targets.assign("open", "desk")
    captured(pipeline, "profile")
    aim(pipeline, "desk", CHALLENGE, after=2)
    captured(pipeline, "followers")
    pipeline.registry.sessions.resume("desk")
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    assert askers(pipeline, "followers") == [DESK] * 6


@pytest.mark.parametrize("way", ["removed", "unused", "assigned"])
def test_what_the_operator_took_from_a_session_is_begun_anew_by_another_at_once(tmp_path: Path, way: str) -> None:
    pipeline = pair_pipeline(tmp_path, ["open"])
    pipeline.registry.sessions.use("annex", "own")
    captured(pipeline, "profile")
    aim(pipeline, "desk", THROTTLE, after=2)
    captured(pipeline, "followers")
    pipeline.registry.sessions.use("annex", "any")
    match way:
        case "removed":
            pipeline.registry.sessions.forget("desk")
        case "unused":
            pipeline.registry.sessions.use("desk", "nothing")
        case _:
            pipeline.registry.targets.assign("open", "annex")
    assert captured(pipeline, "followers").verdicts == {"open": "complete"}
    assert askers(pipeline, "followers") == [*3 * [DESK], *5 * [ANNEX]]


def test_what_sessions_that_are_stopped_may_not_ask_is_not_asked_without_one(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open"])
    for name in ("desk", "annex"):
        pipeline.registry.sessions.stop(name, "a checkpoint awaits its owner")
    tally = captured(pipeline, "profile")
    assert tally.verdicts == {}
    assert "'annex' is stopped" in str(tally.stopped)
    assert "'desk' is stopped" in str(tally.stopped)
    assert pipeline.registry.ledger.total() == 0


def test_intel_session_lets_one_session_be_used_alone_and_the_targets_of_others_wait(tmp_path: Path) -> None:
    both = pair_pipeline(tmp_path, ["open", "closed"])
    both.registry.targets.assign("closed", "annex")
    pipeline = narrowed(both, "desk")
    assert captured(pipeline, "profile").verdicts == {"open": "complete"}
    assert by_session(pipeline, "profile") == {"open": "desk"}
    day = today(pipeline.clock)
    captured(pipeline, "followers")
    captured(pipeline, "posts")
    assert pipeline.idle(day) == "the session 'annex' is not in use: INTEL_SESSION names 'desk' alone"
    assert both.idle(day) is None


def test_without_a_session_for_any_target_their_profiles_are_read_logged_out(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "closed"])
    pipeline.registry.sessions.use("desk", "nothing")
    pipeline.registry.sessions.use("annex", "own")
    pipeline.registry.targets.assign("closed", "annex")
    assert captured(pipeline, "profile").verdicts == {"open": "complete", "closed": "complete"}
    assert by_session(pipeline, "profile") == {"open": "logged-out", "closed": "annex"}
    tally = captured(pipeline, "followers")
    assert tally.verdicts == {"closed": "complete"}
    assert tally.stopped == "followers are only shown to a logged-in session, and none is in use"
    captured(pipeline, "posts")
    assert pipeline.due(today(pipeline.clock)) == 0


def test_a_session_that_cannot_be_opened_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "closed"])
    pipeline.registry.targets.assign("open", "desk")
    pipeline.registry.targets.assign("closed", "annex")
    record = pipeline.settings.vault_dir / "desk.json"
    record.write_text(record.read_text()[:-30])
    tally = captured(pipeline, "profile")
    assert tally.verdicts == {"closed": "complete"}
    assert tally.stopped == "the sealed session 'desk' is damaged; the key is not at fault"
    with pytest.raises(VaultError, match="'desk' is damaged"):
        captured(pipeline, "profile")


def test_each_session_has_its_share_of_a_ticks_time(tmp_path: Path) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "renaming", "fading", "empty"])
    for label in ("open", "renaming", "empty"):
        pipeline.registry.targets.assign(label, "desk")
    pipeline.registry.targets.assign("fading", "annex")
    captured(pipeline, "profile")
    tally = captured(pipeline, "followers", Limits(most=25, seconds=1))
    assert set(by_session(pipeline).values()) == {"desk", "annex"}
    assert len(tally.verdicts) == 2
    assert "next tick" in str(tally.stopped)


def test_without_a_connection_no_second_session_is_tried(tmp_path: Path) -> None:
    def no_way(_: Call) -> Reply:
        from requests.exceptions import ConnectionError as NoConnection
        from urllib3.exceptions import MaxRetryError, NameResolutionError

        raise NoConnection(MaxRetryError(None, "/", NameResolutionError("www", None, OSError())))  # type: ignore[arg-type]

    pipeline = pair_pipeline(tmp_path, ["open", "closed"])
    pipeline.registry.targets.assign("closed", "annex")
    assert pipeline.instagram is not None
    pipeline.instagram.faults.append(Scripted("GET", no_way, times=FOR_EVER))
    assert "no connection" in str(captured(pipeline, "profile").stopped)
    assert pipeline.registry.ledger.total() == 1
