from datetime import timedelta

import pytest

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.clock import today
from intel_pipeline.due import dues
from intel_pipeline.freshness import late, told
from intel_pipeline.pipeline import Pipeline
from intel_pipeline_tests.worlds import clock_of, small_pipeline

LABELS = ["open", "friendly", "renaming"]


@pytest.fixture
def pipeline(tmp_path) -> Pipeline:
    return small_pipeline(tmp_path, LABELS)


def finish(pipeline: Pipeline, label: str, surface: str = "followers", **outcome: object) -> None:
    target, day = pipeline.registry.targets.get(label), today(pipeline.clock)
    capture = pipeline.registry.captures.begin(target, surface, day, "simulator", "desk")
    pipeline.registry.captures.finish(capture, Outcome(**{"verdict": "complete", **outcome}), None)


def lacking(pipeline: Pipeline, surface: str = "followers") -> list[str]:
    return [target.label for target in pipeline.lacking(surface, today(pipeline.clock))]


def a_day_later(pipeline: Pipeline, days: float = 1) -> None:
    clock_of(pipeline).advance(timedelta(days=days))


def test_the_longest_due_comes_first(pipeline):
    finish(pipeline, "open")
    a_day_later(pipeline)
    finish(pipeline, "renaming")
    a_day_later(pipeline)
    pipeline.registry.targets.pace("friendly", {"followers": 48})
    assert lacking(pipeline) == ["friendly", "open", "renaming"]


def test_a_target_of_its_own_cadence_is_captured_by_it_and_the_others_by_the_settings(pipeline):
    pipeline.registry.targets.pace("open", {"followers": 48})
    for label in LABELS:
        finish(pipeline, label)
    assert lacking(pipeline) == []
    a_day_later(pipeline)
    assert lacking(pipeline) == ["friendly", "renaming"]
    a_day_later(pipeline)
    assert "open" in lacking(pipeline)
    pipeline.registry.targets.pace("open", {})
    assert pipeline.registry.targets.get("open").cadence is None


def test_a_capture_that_was_interrupted_is_due_until_it_is_finished(pipeline):
    finish(pipeline, "open")
    assert "open" not in lacking(pipeline)
    again = pipeline.registry.captures.begin(
        pipeline.registry.targets.get("open"), "followers", today(pipeline.clock), "simulator", "desk"
    )
    assert "open" in lacking(pipeline)
    pipeline.registry.captures.finish(again, Outcome(verdict="complete"), None)
    assert "open" not in lacking(pipeline)


def test_posts_are_due_again_at_noon_while_the_newest_one_is_young(pipeline):
    now = pipeline.clock.now()
    finish(pipeline, "open", "posts", newest_post_at=now - timedelta(hours=3))
    finish(pipeline, "friendly", "posts", newest_post_at=now - timedelta(days=9))
    finish(pipeline, "renaming", "posts")
    assert lacking(pipeline, "posts") == []
    a_day_later(pipeline, 0.5)
    assert lacking(pipeline, "posts") == ["open"]


def test_a_clock_that_stood_in_the_future_silences_no_target(pipeline):
    finish(pipeline, "friendly")
    in_years = pipeline.clock.now() + timedelta(days=900)
    target = pipeline.registry.targets.get("open")
    capture = pipeline.registry.captures.begin(target, "followers", in_years.date(), "simulator", "desk")
    pipeline.registry.captures.finish(capture, Outcome("complete", started_at=in_years, finished_at=in_years), None)
    assert lacking(pipeline) == ["open", "renaming"]


def test_after_a_week_offline_everything_is_due_once(pipeline):
    for label in LABELS:
        finish(pipeline, label)
    a_day_later(pipeline, 7)
    assert sorted(lacking(pipeline)) == sorted(LABELS)
    for label in LABELS:
        finish(pipeline, label)
    assert lacking(pipeline) == []


def test_when_a_surface_is_due_next_is_told_of_each_target(pipeline):
    finish(pipeline, "open", "profile")
    at = {
        due.target.label: (due.at.isoformat(), due.lacking) for due in dues(pipeline, "profile", today(pipeline.clock))
    }
    assert at["open"] == ("2026-11-03T06:00:00+00:00", False)
    assert at["friendly"] == ("2026-11-02T06:00:00+00:00", True)


def test_a_target_is_late_by_its_own_cadence_and_is_told_with_what_its_captures_came_to(pipeline):
    pipeline.registry.targets.pace("friendly", {"followers": 168})
    for label in LABELS[:2]:
        finish(pipeline, label)
    assert late(pipeline, "followers") == []
    a_day_later(pipeline, 2.5)
    finish(pipeline, "open", verdict="failed", reasons=("the account is private",))
    found = {one.label: one for one in late(pipeline, "followers")}
    assert {label: one.act for label, one in found.items()} == {"open": False, "renaming": False}
    assert "complete last at 2026-11-02 06:00 UTC, though it is captured daily; the account is private" in told(
        found["open"]
    )
    assert "never complete since 2026-11-02" in told(found["renaming"])
    a_day_later(pipeline, 2)
    assert {one.label: one.act for one in late(pipeline, "followers")} == {"open": True, "renaming": True}
