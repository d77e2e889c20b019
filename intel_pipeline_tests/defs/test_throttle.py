"""A 429 in the middle of a list: the planner and the tick that run every day, and nothing but their word moves time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.planner import planner
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.running import run_tick
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import Scripted
from intel_pipeline.simulator.wire.exchange import Call, Reply, json_reply
from intel_pipeline_tests.capture.witness import Witness
from intel_pipeline_tests.worlds import SECOND, VIEWER, clock_of, pair_pipeline, small_pipeline

THROTTLE = json_reply({"message": "Please wait a few minutes before you try again.", "status": "fail"}, 429)
# `open` has 230 followers.
PAGES = 5


class Throttled:
    """A fault: after so many pages of followers, one is refused; notes when."""

    def __init__(self, pipeline: Pipeline, after: int) -> None:
        self.scripted = Scripted("/followers/", THROTTLE, after=after)
        self.pipeline = pipeline
        self.refused: list[datetime] = []

    def intercept(self, call: Call) -> Reply | None:
        reply = self.scripted.intercept(call)
        if reply is not None:
            self.refused.append(self.pipeline.clock.now())
        return reply


def watched(pipeline: Pipeline, after: int) -> tuple[Throttled, Witness]:
    """Let a page be refused, and take down every request."""
    assert pipeline.instagram is not None
    throttled, witness = Throttled(pipeline, after), Witness()
    pipeline.instagram.faults += [witness, throttled]
    return throttled, witness


def planned(pipeline: Pipeline, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    """Evaluate the planner, as if the folder were no demo's: in a demo's, no day passes by itself."""
    resource = PipelineResource.given(replace(pipeline, instagram=None))
    asked = planner(dg.build_sensor_context(instance, cursor=cursor, resources={"pipeline": resource}))
    assert isinstance(asked, dg.SensorResult | dg.SkipReason)
    return asked


def lived(pipeline: Pipeline, instance: dg.DagsterInstance) -> Iterator[str]:
    """Do whatever the planner asks for until nothing is due; yield what it says, and what it waits for.

    Time passes in the tick's own waits, and, where the planner waits, until a session's cool-down is over.
    """
    cursor = None
    day = today(pipeline.clock)
    pipeline.registry.rounds.begin(day)
    while pipeline.due(day):
        asked = planned(pipeline, instance, cursor)
        if isinstance(asked, dg.SkipReason):
            yield str(asked.skip_message)
            cooling = [
                until for name in pipeline.uses() if (until := pipeline.registry.sessions.cooling(name)) is not None
            ]
            clock_of(pipeline).set(min(cooling))
            continue
        cursor = asked.cursor
        (request,) = asked.run_requests or ()
        assert request.partition_key == day.isoformat()
        assert run_tick(pipeline, instance, day).success
        yield "a tick"


def sent(pipeline: Pipeline, viewer: str) -> list[datetime]:
    """Return when the simulator saw requests of a session."""
    assert pipeline.instagram is not None
    return [one.moment for one in pipeline.instagram.requests if one.viewer == viewer]


def test_the_planner_brings_a_capture_back_after_the_cool_down_and_it_resumes_at_the_next_page(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    # Three pages are those of `friendly`, which comes first.
    throttled, witness = watched(pipeline, after=3 + 2)
    story = lived(pipeline, instance)
    assert next(story) == "a tick"
    (refused,) = throttled.refused
    until = pipeline.registry.sessions.cooling("desk")
    assert until is not None
    assert until - refused > timedelta(minutes=5)
    # The run ended at once: what was refused is the last that was asked, of this target and of the one after it.
    assert sent(pipeline, VIEWER.username)[-1] == refused
    assert next(story) == f"the session 'desk' cools down until {until:%Y-%m-%d %H:%M} UTC"
    assert set(story) == {"a tick"}

    assert not [moment for moment in sent(pipeline, VIEWER.username) if refused < moment < until]
    pages = Counter(kind for kind in witness.asked if kind.startswith("followers"))
    repeated = {kind: times for kind, times in pages.items() if times > 1 and kind != "followers first"}
    # Once for the page that was refused; the first page has no cursor, and each of the two targets has one.
    assert list(repeated.values()) == [2]
    assert pages["followers first"] == 2
    verdicts = {
        one.target: one.verdict for one in pipeline.registry.captures.of_round(today(pipeline.clock), "followers")
    }
    assert verdicts == {"open": "complete", "friendly": "complete"}
    (capture,) = pipeline.registry.captures.history("open", "followers")
    assert (capture.page_count, capture.distinct_count) == (PAGES, 230)


def test_while_one_session_cools_down_the_planner_goes_on_with_the_targets_of_the_other(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    pipeline = pair_pipeline(tmp_path, ["open", "closed"])
    pipeline.registry.targets.assign("open", "desk")
    pipeline.registry.targets.assign("closed", "annex")
    throttled, witness = watched(pipeline, after=0)
    # Which of the two is asked first does not matter: whoever meets the refusal cools down.
    story = lived(pipeline, instance)
    assert next(story) == "a tick"
    (refused,) = throttled.refused
    cooling = {name: pipeline.registry.sessions.cooling(name) for name in ("desk", "annex")}
    (cold,) = (name for name, until in cooling.items() if until)
    until = cooling[cold]
    assert until is not None
    names = {"desk": VIEWER.username, "annex": SECOND.username}
    own = {"desk": "open", "annex": "closed"}
    warm = next(name for name in own if name != cold)
    # The other's targets were captured whole within the cool-down, in the very tick in which it began.
    done = pipeline.registry.captures.history(own[warm], "followers") + pipeline.registry.captures.history(
        own[warm], "posts"
    )
    assert {one.verdict for one in done} == {"complete"}
    assert len(done) == 2
    assert all(refused < one.finished_at < until for one in done if one.finished_at)
    assert next(story) == f"the session '{cold}' cools down until {until:%Y-%m-%d %H:%M} UTC"
    assert set(story) == {"a tick"}

    assert not [moment for moment in sent(pipeline, names[cold]) if refused < moment < until]
    assert [moment for moment in sent(pipeline, names[warm]) if refused < moment < until]
    (late,) = pipeline.registry.captures.history(own[cold], "followers")
    assert (late.verdict, late.session) == ("complete", cold)
    pages = Counter(kind for kind in witness.asked if kind.startswith("followers"))
    assert pages.pop("followers first") == 3
    assert set(pages.values()) == {1}
