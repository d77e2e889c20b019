from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from intel_pipeline.capture.planning import NO_PROGRESS_WAIT, Asked, Situation, decide

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WORK = Situation(now=NOW, open_round=DAY, due=7, in_flight=0, hindrance=None, last=None)
JUST_ASKED = Asked(DAY, NOW - timedelta(minutes=1), due=7)


def test_work_in_the_open_round_is_asked_for() -> None:
    assert decide(WORK) == Asked(day=DAY, at=NOW, due=7)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (replace(WORK, hindrance="the session cools down"), "the session cools down"),
        (replace(WORK, open_round=None), "no round is open"),
        (replace(WORK, due=0), "everything that is due in the round 2026-11-24 is captured"),
        (replace(WORK, in_flight=1), "a run that captures is at work already"),
        (replace(WORK, in_flight=1, due=0), "a run that captures is at work already"),
        (replace(WORK, last=JUST_ASKED), "finished none of the 7 captures that are due; next try at 09:44 UTC"),
        (replace(WORK, due=9, last=JUST_ASKED), "finished none of the 9"),
        (replace(WORK, hindrance="the breaker is open", open_round=None, due=0), "the breaker is open"),
    ],
)
def test_otherwise_it_says_why_not(seen: Situation, reason: str) -> None:
    decision = decide(seen)
    assert isinstance(decision, str)
    assert reason in decision


@pytest.mark.parametrize(
    "last",
    [
        replace(JUST_ASKED, due=8),
        replace(JUST_ASKED, day=DAY - timedelta(days=1)),
        replace(JUST_ASKED, at=NOW - NO_PROGRESS_WAIT),
    ],
    ids=["something was finished", "another round", "waited long enough"],
)
def test_after_progress_a_new_round_or_a_wait_the_next_tick_is_asked_for(last: Asked) -> None:
    assert decide(replace(WORK, last=last)) == Asked(day=DAY, at=NOW, due=7)
