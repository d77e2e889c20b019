from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.capture.cadence import Seen, due_from, hours_of, in_force, lacks, list_hours_of, words_of

DAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
HOURS = st.one_of(st.integers(1, 24), st.integers(1, 7).map(lambda days: days * 24))


def seen(at: datetime = MORNING, verdict: str | None = "complete", newest: datetime | None = None) -> Seen:
    return Seen(at.date(), at, verdict, newest)


@pytest.mark.parametrize(
    ("text", "hours"), [("hourly", 1), ("6h", 6), ("Daily", 24), ("1d", 24), ("2d", 48), ("weekly", 168), (" 7d ", 168)]
)
def test_a_cadence_is_written_as_one_says_it(text: str, hours: int) -> None:
    assert hours_of(text) == hours


@pytest.mark.parametrize("text", ["", "0h", "8d", "36h", "often", "24", "-1d", "1w"])
def test_what_is_no_cadence_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write hourly, 6h, daily, 2d or weekly"):
        hours_of(text)


def test_a_list_is_not_read_more_often_than_daily() -> None:
    assert list_hours_of("daily") == 24
    with pytest.raises(ValueError, match="too often for a list"):
        list_hours_of("6h")


@given(HOURS)
def test_a_cadence_is_shown_as_it_is_written(hours: int) -> None:
    assert hours_of(words_of(hours)) == hours


def test_what_was_never_captured_is_lacking() -> None:
    assert lacks(None, 168, DAY, MORNING)


@given(st.integers(1, 7), st.integers(0, 14), st.integers(0, 24 * 3600 - 1))
def test_of_a_cadence_of_days_every_round_that_falls_due_is_lacking_once_however_late_a_capture_came(
    days: int, later: int, second: int
) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=second)
    day = DAY + timedelta(days=later)
    now = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
    assert lacks(seen(at), days * 24, day, now) == (later >= days)


def test_what_came_out_incomplete_is_looked_at_again_in_the_next_round_and_not_before() -> None:
    for verdict in ("partial", "suspect", "failed"):
        assert not lacks(seen(verdict=verdict), 168, DAY, MORNING + timedelta(hours=9))
        assert lacks(seen(verdict=verdict), 168, DAY + timedelta(days=1), MORNING + timedelta(days=1))
    assert not lacks(seen(verdict="limited"), 168, DAY + timedelta(days=1), MORNING + timedelta(days=1))


@given(st.integers(1, 23), st.lists(st.integers(-90, 400), max_size=60))
def test_of_a_cadence_of_hours_each_span_has_one_capture_whatever_the_clock_does(hours: int, jumps: list[int]) -> None:
    """Minutes pass, or are set back by a clock that was wrong; a capture is made whenever one is lacking."""
    now, last, captures = MORNING, seen(MORNING - timedelta(days=3)), list[datetime]()
    for minutes in jumps:
        now += timedelta(minutes=minutes)
        if lacks(last, hours, now.date(), now):
            last = seen(now)
            captures.append(now)
    first, span = datetime(1970, 1, 1, 6, tzinfo=UTC), timedelta(hours=hours)
    spans = [(at - first) // span for at in captures]
    assert spans == sorted(set(spans))


def test_spans_in_which_nothing_ran_are_not_made_up_for() -> None:
    week_later = MORNING + timedelta(days=7)
    assert lacks(seen(), 6, week_later.date(), week_later)
    assert not lacks(seen(week_later), 6, week_later.date(), week_later + timedelta(minutes=1))


def test_spans_begin_with_the_round() -> None:
    assert due_from(seen(), 12) == datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert due_from(seen(), 24) == datetime(2026, 11, 25, 6, tzinfo=UTC)


def test_while_the_newest_post_is_young_posts_are_looked_at_more_often_and_never_less() -> None:
    young, old = seen(newest=MORNING - timedelta(hours=47)), seen(newest=MORNING - timedelta(hours=48))
    assert [in_force(24, 6, one, MORNING) for one in (young, old, seen(), None)] == [6, 24, 24, 24]
    assert in_force(3, 6, young, MORNING) == 3
