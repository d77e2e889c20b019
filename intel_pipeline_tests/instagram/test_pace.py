from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from intel_pipeline.instagram.errors import SpentError, ThrottledError
from intel_pipeline.instagram.pace import Pace, pace_of
from intel_pipeline.instagram.session import open_context
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import WINDOW, RateLimits
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock

ROOMY = RateLimits(window=75, hour=400, day=30_000, interval=2)


def pace(
    registry: Registry,
    clock: VirtualClock,
    limits: RateLimits = ROOMY,
    longest_wait: float = 30,
    session: str = "desk",
    **changed: int,
) -> Pace:
    made = partial(
        Pace,
        ledger=registry.ledger,
        clock=clock,
        session=session,
        limits=replace(limits, **changed),
        longest_wait=longest_wait,
    )
    return pace_of(open_context(5, made))


def seconds_since(start: datetime, clock: VirtualClock) -> float:
    return (clock.now() - start).total_seconds()


def test_every_request_but_the_first_waits_a_moment_and_each_is_written_down(
    registry: Registry, clock: VirtualClock
) -> None:
    start = clock.now()
    controller = pace(registry, clock, window=75)
    for number in range(1, 41):
        controller.wait_before_query("other")
        assert registry.ledger.total() == number
    assert 39 * 2 < seconds_since(start, clock) <= 39 * 17


def test_beyond_the_budget_a_short_wait_is_waited_for(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, window=3, longest_wait=WINDOW.total_seconds())
    start = clock.now()
    for _ in range(4):
        controller.wait_before_query("other")
    assert seconds_since(start, clock) >= WINDOW.total_seconds()
    assert registry.ledger.spent("desk") <= 3


def test_beyond_the_budget_a_long_wait_ends_the_work_without_a_request(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, window=3)
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
    first, second = pace(registry, clock, window=2), pace(registry, clock, window=2)
    first.wait_before_query("other")
    second.wait_before_query("other")
    for controller in (first, second):
        with pytest.raises(ThrottledError):
            controller.wait_before_query("other")
    first.wait_before_query("27937681195819736")
    pace(registry, clock, window=2, session="annex").wait_before_query("other")
    assert (registry.ledger.spent("desk"), registry.ledger.spent("annex")) == (3, 1)


def test_in_no_window_are_there_more_requests_than_the_budget(registry: Registry, clock: VirtualClock) -> None:
    controller = pace(registry, clock, window=4, longest_wait=900)
    sent = []
    for _ in range(30):
        controller.wait_before_query("other")
        sent.append(clock.now())
    assert all(later - earlier >= WINDOW for earlier, later in zip(sent, sent[4:], strict=False))


@pytest.mark.parametrize(
    ("limit", "kind", "said"),
    [
        ("window", ThrottledError, "budget of 2 requests of one kind in eleven minutes, until 2026-11-24 06:11 UTC"),
        ("hour", ThrottledError, "budget of 2 requests in an hour, until 2026-11-24 07:00 UTC"),
        ("day", SpentError, "budget of 2 identities in a day, until 2026-11-25 06:00 UTC"),
    ],
)
def test_the_limit_that_ends_the_work_is_named_with_its_figure_and_its_end(
    registry: Registry, clock: VirtualClock, limit: str, kind: type[ThrottledError], said: str
) -> None:
    controller = pace(registry, clock, **{limit: 2})
    with controller.about("followers", 1):
        for _ in range(2):
            controller.wait_before_query("other")
        with pytest.raises(ThrottledError, match=f"the session 'desk' has used its {said}") as caught:
            controller.wait_before_query("other")
    assert type(caught.value) is kind
    clock.sleep(caught.value.retry_after)
    with controller.about("followers", 1):
        controller.wait_before_query("other")


def test_whoever_comes_while_many_others_wait_for_their_turns_is_sent_away(
    registry: Registry, clock: VirtualClock
) -> None:
    for _ in range(9):
        registry.ledger.reserve(Wanted("desk", "other"), replace(ROOMY, interval=5), 60)
    with pytest.raises(ThrottledError, match="other processes use the session 'desk' until 2026-11-24 06:00 UTC"):
        pace(registry, clock).wait_before_query("other")
    assert registry.ledger.total() == 9
