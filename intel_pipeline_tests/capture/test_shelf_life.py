from datetime import timedelta
from pathlib import Path

import pytest

from intel_pipeline.capture.shelf_life import LONGEST, SHORTEST, shelf_life, too_long
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.collection import standing
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline_tests.listed import LIMITS, ListedPipeline, listed_pipeline, lists, tick
from intel_pipeline_tests.sources import USER_ID, follower_page, user
from intel_pipeline_tests.worlds import asked, clock_of, next_morning, small_pipeline

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("reported", "per_day", "life"),
    [
        (None, 30_000, SHORTEST),
        (0, 30_000, SHORTEST),
        (40_000, 30_000, SHORTEST),
        (60_000, 30_000, 3 * DAY),
        (90_000, 30_000, 4.5 * DAY),
        (90_000, 300_000, SHORTEST),
        (400_000, 30_000, LONGEST),
        (10**9, 200, LONGEST),
    ],
)
def test_a_capture_may_go_on_for_half_as_long_again_as_its_list_takes_within_bounds(
    reported: int | None, per_day: int, life: timedelta
) -> None:
    assert shelf_life(reported, per_day) == life


def test_a_list_is_refused_only_if_the_budget_cannot_let_it_through_in_time() -> None:
    assert too_long(None, 200) is None
    assert too_long(420_000, 30_000) is None
    reason = too_long(420_001, 30_000)
    assert reason is not None
    assert "30,001 a day" in reason
    assert too_long(420_001, 30_001) is None


def test_a_list_that_takes_several_days_is_completed_over_them_and_no_page_is_asked_for_twice(tmp_path: Path) -> None:
    # 130 followers at 36 a day: the two days in which a capture once had to be complete are too few.
    pipeline = small_pipeline(tmp_path, ["friendly"], followers_per_page=12)
    pipeline.settings.identities_per_day = 36
    mornings = 0
    while not pipeline.registry.captures.history("friendly", "followers"):
        for surface in ("profile", "followers"):
            capture_due(pipeline, surface, today(pipeline.clock), LIMITS, lambda *_: None)
        next_morning(pipeline)
        mornings += 1
    (capture,) = pipeline.registry.captures.history("friendly", "followers")
    assert capture.finished_at is not None
    assert (capture.verdict, mornings >= 4) == ("complete", True)
    assert capture.finished_at - capture.started_at > 2 * DAY
    assert asked(pipeline, "followers") == capture.page_count


def begun(pipeline: ListedPipeline, reported: int) -> None:
    """Begin a list whose second page cannot be had for now."""
    next_morning(pipeline)
    pipeline.listed.profiles = [user(follower_count=reported)]
    pipeline.listed.pages["followers"] = {None: follower_page([3, 1, 2], "on"), "on": follower_page([4], None)}
    pipeline.listed.stumble_at = f"followers of {USER_ID} at on"
    assert tick(pipeline).unfinished == ["tea"]


def test_what_a_stale_capture_has_read_still_proves_who_was_there(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    begun(pipeline, 4)
    clock_of(pipeline).advance(SHORTEST + DAY)
    tick(pipeline)
    stale, fresh = lists(pipeline)
    assert (stale.verdict, stale.distinct_count, fresh.verdict, fresh.distinct_count) == ("partial", 3, "complete", 4)
    assert stale.reasons == ["not complete after 2.0 days, and what is read later is another list"]
    rows = snapshot_file.read(pipeline.settings.lake_dir, str(stale.snapshot))
    assert rows["user_id"].to_list() == [1, 2, 3]
    assert stale.finished_at < fresh.started_at


def test_a_stale_capture_that_has_read_nothing_to_speak_of_is_failed(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    next_morning(pipeline)
    pipeline.listed.profiles = [user(follower_count=4)]
    pipeline.listed.pages["followers"] = {None: follower_page([1, 2, 3, 4], None)}
    pipeline.listed.stumble_at = f"followers of {USER_ID} at None"
    tick(pipeline)
    clock_of(pipeline).advance(SHORTEST + DAY)
    tick(pipeline)
    newest, stale = [one for one in newest_first(pipeline) if one.surface == "followers"]
    assert (newest.verdict, stale.verdict, stale.snapshot) == ("complete", "failed", None)


def newest_first(pipeline: Pipeline) -> list:  # type: ignore[type-arg]
    return pipeline.registry.captures.newest(None, None, 100)


def test_a_list_in_progress_says_how_long_it_takes_and_until_when_it_may(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    begun(pipeline, 90_000)
    (going_on,) = standing(pipeline)["in_progress"]
    assert going_on["of"] == 90_000
    assert f"{going_on['ends_at_last']:%Y-%m-%d}" == "2026-11-07"


def test_a_list_that_cannot_be_read_in_time_is_not_begun_and_says_what_it_takes(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    next_morning(pipeline)
    pipeline.listed.profiles = [user(follower_count=2_000_000)]
    tally = tick(pipeline)
    assert tally.verdicts == {"tea": "failed"}
    assert "takes 67 days at 30,000 identities a day" in tally.reasons["tea"]
    assert "it takes 142,858 a day (INTEL_IDENTITIES_PER_DAY" in tally.reasons["tea"]
    assert not [request for request in pipeline.listed.asked if request.startswith("followers")]


def test_a_list_that_is_begun_goes_on_although_the_budget_has_shrunk(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    begun(pipeline, 4_000)
    pipeline.settings.identities_per_day = 200
    tick(pipeline)
    assert [one.surface for one in newest_first(pipeline) if one.verdict == "failed"] == []
    assert pipeline.listed.asked.count(f"followers of {USER_ID} at None") == 1
