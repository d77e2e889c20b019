from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.sorting import best_explained, learned_odds
from intel_pipeline.changes.standing import Case, Row, Since

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
QUIET = Row(capture_id="", started_at=AT, finished_at=AT, listed=100, reported=100.0)


def standing(*rows: Row) -> Case:
    named = (row._replace(capture_id=f"{number}") for number, row in enumerate(rows))
    return Case(CaptureRef("now", "desk", AT, AT, complete=True), None, tuple(named), Since())


def gone(*, by_count: int, missing: int = 1) -> Row:
    return QUIET._replace(listed=100 - missing, reported=100.0 - by_count)


@given(st.integers(1, 30), st.integers(1, 20), st.integers(1, 20))
def test_the_longer_somebody_was_away_the_likelier_they_had_left(returned: int, waited: int, absences: int) -> None:
    taught = (QUIET._replace(returned=returned, waited=returned + waited),)
    assert learned_odds(taught, absences + 1) <= learned_odds(taught, absences)


@given(st.integers(0, 20))
def test_the_more_have_flickered_the_less_it_is_believed_that_somebody_left_and_came_back(returned: int) -> None:
    fewer, more = (QUIET._replace(returned=number, waited=number) for number in (returned, returned + 5))
    assert learned_odds((more,), 1) > learned_odds((fewer,), 1)


def test_counts_that_fell_and_rose_with_them_leave_no_doubt_that_they_had_left() -> None:
    missing = gone(by_count=1)._replace(missing=1)
    known = standing(*[QUIET] * 12, missing, *[gone(by_count=1)] * 3)
    found = best_explained(known, Counter({"12": 1}), QUIET, {"12": 60.0})
    assert found.left == Counter({"12": 1})
    assert found.left_doubt < 0.01
    assert found.flickered_doubt == 0


def test_a_single_count_that_somebody_else_may_have_moved_leaves_a_doubt() -> None:
    # Somebody else is missing since the return: if they are merely not shown, the count has not risen.
    missing = gone(by_count=1)._replace(missing=1)
    back = gone(by_count=0)._replace(missing=1, returned=3, waited=3)
    known = standing(*[QUIET._replace(returned=1, waited=1)] * 12, missing)
    found = best_explained(known, Counter({"12": 1}), back, {"12": 60.0})
    assert max(found.left_doubt, found.flickered_doubt) > 0.001


def test_a_doubt_is_handed_on_to_those_who_went_missing_as_it_arose() -> None:
    missing = gone(by_count=1)._replace(missing=1, let_go_doubt=0.2)
    known = standing(*[QUIET] * 12, missing, *[gone(by_count=1)] * 3)
    found = best_explained(known, Counter({"12": 1}), QUIET, {"12": 60.0})
    assert found.left_doubt == pytest.approx(0.2, abs=0.02)
