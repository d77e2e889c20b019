from datetime import datetime
from functools import partial

import pytest

from intel_pipeline.instagram.errors import ThrottledError
from intel_pipeline.instagram.pace import Pace
from intel_pipeline.instagram.session import open_context
from intel_pipeline.registry.ledger import WINDOW
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock


def pace(
    registry: Registry, clock: VirtualClock, limit: int = 3, longest_wait: float = 30, session: str = "desk"
) -> Pace:
    made = partial(Pace, ledger=registry.ledger, clock=clock, session=session, limit=limit, longest_wait=longest_wait)
    controller = open_context(5, made)._rate_controller  # noqa: SLF001  instaloader's own place for it
    assert isinstance(controller, Pace)
    return controller


def seconds_since(start: datetime, clock: VirtualClock) -> float:
    return (clock.now() - start).total_seconds()


def test_every_request_waits_a_moment_and_is_written_down(registry: Registry, clock: VirtualClock) -> None:
    start = clock.now()
    controller = pace(registry, clock, limit=75)
    for number in range(1, 41):
        controller.wait_before_query("other")
        assert registry.ledger.total() == number
    assert 0 < seconds_since(start, clock) <= 40 * 15


def test_beyond_the_budget_a_short_wait_is_waited_for(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, limit=3, longest_wait=WINDOW.total_seconds())
    start = clock.now()
    for _ in range(4):
        controller.wait_before_query("other")
    assert seconds_since(start, clock) >= WINDOW.total_seconds()
    assert registry.ledger.spent("desk") <= 3


def test_beyond_the_budget_a_long_wait_ends_the_work_without_a_request(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, limit=3)
    for _ in range(3):
        controller.wait_before_query("other")
    before = clock.now()
    with pytest.raises(ThrottledError, match="the session 'desk' has used its budget of 3 requests") as caught:
        controller.wait_before_query("other")
    assert clock.now() == before
    assert registry.ledger.total() == 3
    assert 600 < caught.value.retry_after <= WINDOW.total_seconds()
    clock.sleep(caught.value.retry_after - 30)
    controller.wait_before_query("other")


def test_two_processes_of_one_session_share_its_budget_and_other_sessions_have_their_own(
    registry: Registry, clock: VirtualClock
) -> None:
    first, second = pace(registry, clock, limit=2), pace(registry, clock, limit=2)
    first.wait_before_query("other")
    second.wait_before_query("other")
    for controller in (first, second):
        with pytest.raises(ThrottledError):
            controller.wait_before_query("other")
    first.wait_before_query("27937681195819736")
    pace(registry, clock, limit=2, session="annex").wait_before_query("other")
    assert (registry.ledger.spent("desk"), registry.ledger.spent("annex")) == (3, 1)


def test_in_no_window_are_there_more_requests_than_the_budget(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, limit=4, longest_wait=900)
    sent = []
    for _ in range(30):
        controller.wait_before_query("other")
        sent.append(clock.now())
    assert all(later - earlier >= WINDOW for earlier, later in zip(sent, sent[4:], strict=False))
