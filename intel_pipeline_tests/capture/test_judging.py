"""Judging with registry and lake, a morning after the other."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from intel_pipeline.capture.judging import past
from intel_pipeline.errors import CaptureError
from intel_pipeline.registry.models import Capture
from intel_pipeline_tests.listed import ListedPipeline, listed_pipeline, lists, next_list
from intel_pipeline_tests.people import OPERATOR

WHOLE, AFTER = range(1, 1001), range(401, 1001)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[ListedPipeline]:
    opened = listed_pipeline(tmp_path / "data")
    yield opened
    opened.registry.close()


def verdicts(pipeline: ListedPipeline) -> list[tuple[str | None, bool]]:
    return [(capture.verdict, capture.held) for capture in lists(pipeline)]


def spoil(pipeline: ListedPipeline, number: int) -> None:
    """Cut the snapshot of the list of that number short."""
    path = pipeline.settings.lake_dir / str(lists(pipeline)[number].snapshot)
    path.write_bytes(path.read_bytes()[:-20])


def test_a_capture_keeps_the_evidence_that_it_was_judged_by(pipeline: ListedPipeline) -> None:
    first = next_list(pipeline, WHOLE, 1000)
    second = next_list(pipeline, range(4, 1001), 997)
    limited = next_list(pipeline, AFTER, 997, limited=True)
    profile = pipeline.registry.captures.history("tea", "profile")[0]
    columns = ("ended", "limited", "broken", "gap_low", "gap_high", "missing_count", "missing_limit", "held")
    kept = [tuple(getattr(capture, name) for name in columns) for capture in (first, second, limited, profile)]
    assert kept == [
        (True, False, None, -10, 10, None, None, False),
        (True, False, None, -10, 10, 3, 50, False),
        (True, True, None, None, None, None, None, False),
        (None, None, None, None, None, None, None, False),
    ]


def test_the_band_is_learned_from_the_targets_earlier_captures(pipeline: ListedPipeline) -> None:
    for gap in (5, 5, 5, 9):
        found = next_list(pipeline, range(1, 996 - gap), 995)
    assert (found.verdict, found.gap_low, found.gap_high) == ("suspect", 3, 7)
    assert found.reasons == ["986 listed, 995 reported: a gap of 9, where this target's lies between 3 and 7"]


def test_captures_of_a_time_that_kept_no_evidence_teach_all_the_same(pipeline: ListedPipeline) -> None:
    for _ in range(3):
        next_list(pipeline, range(1, 991), 995)
    with pipeline.registry.engine.begin() as connection:
        connection.execute(text("update captures set ended = null, limited = null, gap_low = null, gap_high = null"))
    found = next_list(pipeline, range(1, 991), 995)
    assert (found.verdict, found.gap_low, found.gap_high) == ("complete", 3, 7)


def test_of_two_counts_the_past_takes_the_one_that_its_own_band_took() -> None:
    learned = Capture(
        finished_at=datetime(2026, 11, 2, tzinfo=UTC),
        verdict="complete",
        distinct_count=990,
        reported_before=1000,
        reported_after=994,
        gap_low=6,
        gap_high=10,
    )
    assert past(learned).gap == 10


def test_a_list_without_any_count_is_suspect_and_teaches_nothing(pipeline: ListedPipeline) -> None:
    next_list(pipeline, WHOLE, 1000)
    assert next_list(pipeline, WHOLE, None).verdict == "suspect"
    assert next_list(pipeline, WHOLE, 1000).verdict == "complete"


def test_a_gap_that_has_held_is_accepted_with_the_reason_in_words(pipeline: ListedPipeline) -> None:
    for _ in range(4):
        next_list(pipeline, range(1, 986), 1000)
    assert [capture.verdict for capture in lists(pipeline)] == ["suspect", "suspect", "complete", "complete"]
    assert lists(pipeline)[2].reasons == ["the gap of 15 has held over three captures"]


def test_a_mass_loss_is_held_back_until_the_next_morning_agrees(pipeline: ListedPipeline) -> None:
    next_list(pipeline, WHOLE, 1000)
    held = next_list(pipeline, AFTER, 600)
    assert verdicts(pipeline) == [("complete", False), ("suspect", True)]
    assert held.reasons[0].startswith("400 of 1000 followers are missing at once, where at most 50 are plausible")
    assert f"captures accept {held.capture_id}" in held.reasons[0]
    agreeing = next_list(pipeline, AFTER, 600)
    assert verdicts(pipeline) == [("complete", False)] * 3
    reason = f"held back for 400 missing at once; released, because capture {agreeing.capture_id} agrees"
    assert lists(pipeline)[1].reasons == [reason]


def test_a_list_that_is_suspect_for_its_gap_is_no_witness_for_a_mass_loss(pipeline: ListedPipeline) -> None:
    next_list(pipeline, WHOLE, 1000)
    next_list(pipeline, AFTER, 1000)
    next_list(pipeline, AFTER, 600)
    assert verdicts(pipeline) == [("complete", False), ("suspect", False), ("suspect", True)]


def test_a_mass_loss_that_is_over_the_next_morning_stays_suspect_and_waits_no_more(pipeline: ListedPipeline) -> None:
    next_list(pipeline, WHOLE, 1000)
    next_list(pipeline, AFTER, 600)
    last = next_list(pipeline, WHOLE, 1000)
    assert verdicts(pipeline) == [("complete", False), ("suspect", False), ("complete", False)]
    assert f"suspect for good, because capture {last.capture_id} disagrees" in lists(pipeline)[1].reasons[0]


def test_the_operators_word_makes_a_held_capture_what_later_ones_are_compared_with(pipeline: ListedPipeline) -> None:
    next_list(pipeline, WHOLE, 1000)
    held = next_list(pipeline, AFTER, 600)
    accepted = pipeline.registry.captures.accept(OPERATOR, held.capture_id)
    assert (accepted.verdict, accepted.held) == ("complete", False)
    assert accepted.reasons == ["held back for 400 missing at once; accepted by the operator"]
    assert next_list(pipeline, AFTER, 600).missing_count == 0


def test_only_a_held_capture_can_be_accepted(pipeline: ListedPipeline) -> None:
    whole = next_list(pipeline, WHOLE, 1000)
    suspect = next_list(pipeline, AFTER, 1000)
    for capture in (whole, suspect):
        with pytest.raises(CaptureError, match=f"'{capture.capture_id}' is {capture.verdict} and not held back"):
            pipeline.registry.captures.accept(OPERATOR, capture.capture_id)
    with pytest.raises(CaptureError, match="there is no capture 'nothing'"):
        pipeline.registry.captures.accept(OPERATOR, "nothing")
    assert verdicts(pipeline) == [("complete", False), ("suspect", False)]


def test_a_damaged_earlier_snapshot_stops_no_capture_and_is_told_in_the_log(
    pipeline: ListedPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    next_list(pipeline, WHOLE, 1000)
    spoil(pipeline, 0)
    found = next_list(pipeline, AFTER, 600)
    assert (found.verdict, found.missing_count) == ("complete", None)
    assert "the followers of 'tea' are not compared with it" in caplog.text


@pytest.mark.parametrize("number", [0, 1])
def test_a_held_capture_whose_evidence_is_damaged_is_not_released_by_a_complete_one(
    pipeline: ListedPipeline, number: int
) -> None:
    next_list(pipeline, WHOLE, 1000)
    next_list(pipeline, AFTER, 600)
    spoil(pipeline, number)
    next_list(pipeline, WHOLE, 1000)
    assert verdicts(pipeline) == [("complete", False), ("suspect", False), ("complete", False)]
