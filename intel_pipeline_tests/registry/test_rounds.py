from datetime import date, timedelta

import pytest

from intel_pipeline.errors import RoundError
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.registry.beginning import at_once

TODAY = date(2026, 11, 24)


def test_todays_round_opens_when_it_is_first_asked_for(registry: Registry) -> None:
    assert registry.rounds.open() is None
    registry.rounds.admit(TODAY)
    registry.rounds.admit(TODAY)
    assert registry.rounds.open() == TODAY


def test_the_future_has_not_begun_and_opens_nothing(registry: Registry) -> None:
    with pytest.raises(RoundError, match="2026-11-25 has not begun: it is 2026-11-24"):
        registry.rounds.admit(TODAY + timedelta(days=1))
    assert registry.rounds.open() is None


def test_the_past_cannot_be_captured_any_more(registry: Registry) -> None:
    registry.rounds.admit(TODAY)
    with pytest.raises(RoundError, match="2026-11-23 is closed: Instagram only tells how things are now") as caught:
        registry.rounds.admit(TODAY - timedelta(days=1))
    assert "open round 2026-11-24" in caught.value.fix


def test_a_round_stays_open_past_midnight_until_the_next_one_opens(registry: Registry, clock: VirtualClock) -> None:
    registry.rounds.admit(TODAY)
    clock.advance(timedelta(hours=20))
    tomorrow = TODAY + timedelta(days=1)
    registry.rounds.admit(TODAY)
    registry.rounds.admit(tomorrow)
    assert registry.rounds.open() == tomorrow
    with pytest.raises(RoundError, match="2026-11-24 is closed"):
        registry.rounds.admit(TODAY)


def test_two_that_open_the_same_round_at_once_both_find_it_open(registry: Registry) -> None:
    _, failures = at_once(lambda: registry.rounds.admit(TODAY))
    assert failures == []
    assert registry.rounds.open() == TODAY
