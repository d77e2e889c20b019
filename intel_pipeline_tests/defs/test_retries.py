"""Each class of error is planted once: how often its step is tried, what is asked of Instagram, what becomes of it."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from intel_pipeline.clock import today
from intel_pipeline.defs.failing import failing_for_good
from intel_pipeline.defs.running import run_tick
from intel_pipeline.defs.snapshots.taking import RETRIES
from intel_pipeline.errors import DiskFullError, RegistryError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline_tests.worlds import asked, clock_of, small_pipeline

LISTS = "/followers/"
STUMBLE = json_reply({}, 502)
THROTTLE = json_reply({"message": "Please wait a few minutes before you try again.", "status": "fail"}, 429)
CHALLENGE = json_reply({"message": "challenge_required", "status": "fail"}, 400)
ANOTHER_SHAPE = json_reply({"users": [{"id": "1"}], "status": "ok"})


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch) -> None:
    """Let retries come at once, but by Dagster's own count: it would sleep between them."""
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0)


def tries(result: dg.ExecuteInProcessResult, step: str) -> int:
    again = [
        event for event in result.filter_events(lambda event: event.step_key == step) if event.is_step_up_for_retry
    ]
    return 1 + len(again)


def lived(pipeline: Pipeline, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    return run_tick(pipeline, instance, today(pipeline.clock))


def verdicts(pipeline: Pipeline) -> dict[str, str]:
    return {one.target: one.verdict for one in pipeline.registry.captures.of_round(today(pipeline.clock), "followers")}


@pytest.mark.parametrize(
    ("fault", "tried_and_asked", "verdict"),
    [
        # Of 230 followers, fifty to a page, the second page stumbles: only that one is asked for again.
        (Scripted(LISTS, STUMBLE, after=1), (2, 6), "complete"),
        (Scripted(LISTS, STUMBLE, after=1, times=2), (3, 7), "complete"),
        # Whatever is tried four times in vain is written down, and the run goes on.
        (Scripted(LISTS, STUMBLE, times=FOR_EVER), (4, 4), "failed"),
        # Another shape is another shape ten seconds later too.
        (Scripted(LISTS, ANOTHER_SHAPE, times=FOR_EVER), (1, 1), "failed"),
    ],
    ids=["a stumble", "two stumbles", "nothing but stumbles", "drift"],
)
def test_what_may_pass_is_tried_again_from_where_it_stumbled_and_nothing_else(
    tmp_path, instance, fault, tried_and_asked, verdict
):
    pipeline = small_pipeline(tmp_path, ["open"], [fault])
    result = lived(pipeline, instance)
    assert result.success
    assert (tries(result, "follower_snapshots"), asked(pipeline, "followers")) == tried_and_asked
    assert verdicts(pipeline) == {"open": verdict}


def test_a_429_ends_the_tick_green_and_is_answered_by_one_cool_down(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"], [Scripted(LISTS, THROTTLE, after=1, times=FOR_EVER)])
    result = lived(pipeline, instance)
    assert result.success
    assert (tries(result, "follower_snapshots"), asked(pipeline, "followers")) == (1, 2)
    assert pipeline.registry.sessions.cooling("desk") is not None
    assert verdicts(pipeline) == {}


def test_where_the_owner_has_to_act_nothing_more_is_asked_by_anybody(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"], [Scripted(LISTS, CHALLENGE, times=FOR_EVER)])
    result = lived(pipeline, instance)
    assert result.success
    assert (tries(result, "follower_snapshots"), asked(pipeline, "followers"), asked(pipeline, "posts")) == (1, 1, 0)
    assert pipeline.session("desk").stopped()
    spent = pipeline.registry.ledger.total()
    assert lived(pipeline, instance).success
    assert pipeline.registry.ledger.total() == spent


def test_who_is_gone_or_private_is_a_row_of_the_target_and_asked_about_once(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["closed", "open"])
    result = lived(pipeline, instance)
    assert result.success
    assert tries(result, "follower_snapshots") == 1
    assert verdicts(pipeline) == {"closed": "failed", "open": "complete"}
    (closed,) = pipeline.registry.captures.newest("closed", "failed", 9)[:1]
    assert closed.failure in ("private", "gone")


def test_an_error_of_ours_is_for_good_but_that_of_a_server_that_may_be_back():
    full, away = DiskFullError("the disk is full", "make room"), RegistryError("nobody answers", "wait")
    with pytest.raises(dg.Failure) as failure, failing_for_good():
        raise full
    assert not failure.value.allow_retries
    with pytest.raises(RegistryError), failing_for_good():
        raise away


def test_a_retry_comes_after_ten_seconds_at_the_least_and_each_later_than_the_one_before(monkeypatch):
    monkeypatch.undo()
    assert [RETRIES.calculate_delay(attempt) for attempt in (1, 2, 3)] == [10, 30, 70]


def test_whom_somebody_has_chosen_is_not_captured_once_more_by_a_retry(tmp_path, instance):
    """`friendly` stumbles after `open` was read; its own pages are three, those of `open` five."""
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    # Runs are dated by the machine's clock, captures by the world's.
    clock_of(pipeline).set(max(clock_of(pipeline).now(), datetime.now(UTC)) + timedelta(hours=1))
    pipeline.instagram.faults.append(Scripted(LISTS, STUMBLE, after=6, times=2))
    result = run_tick(pipeline, instance, today(pipeline.clock), ["open", "friendly"])
    assert result.success
    assert (tries(result, "follower_snapshots"), asked(pipeline, "followers")) == (3, 5 + 3 + 2)
    assert verdicts(pipeline) == {"open": "complete", "friendly": "complete"}
