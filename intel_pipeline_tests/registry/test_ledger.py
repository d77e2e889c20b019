from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from intel_pipeline.registry.ledger import Answered, Wanted
from intel_pipeline.registry.limits import DAY, HOUR, WINDOW, RateLimits, Turn
from intel_pipeline.registry.models import Request
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock

ROOMY = RateLimits(window=1000, hour=1000, day=100_000, interval=0)
OTHER = Wanted("desk", "other")
PAGE = Wanted("desk", "other", "followers", 50)


def limits(**changed: int) -> RateLimits:
    return RateLimits(**{"window": 1000, "hour": 1000, "day": 100_000, "interval": 0, **changed})


def send(registry: Registry, wanted: Wanted = OTHER) -> Turn:
    """Write a request down as of now."""
    sent = registry.ledger.reserve(wanted, ROOMY, 0)
    assert sent.request_id is not None
    return sent


def rows(registry: Registry) -> list[tuple[object, ...]]:
    columns = select(Request.surface, Request.status, Request.waited, Request.bytes, Request.identities)
    with registry.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(columns.order_by(Request.request_id))]


def seconds(duration: timedelta) -> float:
    return duration.total_seconds()


def test_within_all_limits_there_is_nothing_to_wait_for(registry: Registry, clock: VirtualClock) -> None:
    assert registry.ledger.wait(OTHER, limits()) == Turn(0.0, clock.now())


def test_the_window_is_over_when_the_oldest_request_that_counts_leaves_it(
    registry: Registry, clock: VirtualClock
) -> None:
    for _ in range(3):
        send(registry)
        clock.advance(timedelta(seconds=100))
    found = registry.ledger.wait(OTHER, limits(window=2))
    assert (found.limit, found.wait) == ("window", seconds(WINDOW) - 200)
    assert registry.ledger.wait(OTHER, limits(window=3)).wait == seconds(WINDOW) - 300
    clock.advance(timedelta(seconds=found.wait) - timedelta(microseconds=1))
    assert 0 < registry.ledger.wait(OTHER, limits(window=2)).wait < 0.001
    clock.advance(timedelta(microseconds=1))
    assert registry.ledger.wait(OTHER, limits(window=2)).wait == 0


def test_an_hour_holds_requests_of_all_kinds(registry: Registry) -> None:
    for bucket in ("other", "graphql", "third"):
        send(registry, Wanted("desk", bucket))
    found = registry.ledger.wait(Wanted("desk", "fourth"), limits(hour=3))
    assert (found.limit, found.wait) == ("hour", seconds(HOUR))
    assert registry.ledger.wait(Wanted("desk", "fourth"), limits(hour=4)).wait == 0


def test_a_day_holds_so_many_identities_and_what_lists_nobody_goes_on(registry: Registry, clock: VirtualClock) -> None:
    for _ in range(3):
        send(registry, PAGE)
        clock.advance(timedelta(hours=1))
    found = registry.ledger.wait(PAGE, limits(day=199))
    assert (found.limit, found.wait) == ("day", seconds(DAY - timedelta(hours=3)))
    assert registry.ledger.wait(PAGE, limits(day=200)).wait == 0
    assert registry.ledger.wait(OTHER, limits(day=199)).wait == 0


def test_what_a_page_returned_counts_rather_than_what_was_asked_for(registry: Registry) -> None:
    request_id = send(registry, PAGE).request_id or 0
    assert registry.ledger.wait(PAGE, limits(day=99)).limit == "day"
    registry.ledger.complete([Answered(request_id, 200, 4000, 12)])
    assert registry.ledger.wait(PAGE, limits(day=62)).wait == 0
    assert registry.ledger.wait(PAGE, limits(day=61)).limit == "day"


def test_between_two_requests_lies_the_interval_and_what_chance_adds_to_it(
    registry: Registry, clock: VirtualClock
) -> None:
    first = registry.ledger.reserve(OTHER, limits(interval=2), 30, jitter=1.5)
    second = registry.ledger.reserve(Wanted("desk", "graphql"), limits(interval=2), 30, jitter=1.5)
    third = registry.ledger.reserve(OTHER, limits(interval=2), 30, jitter=0.5)
    assert [(one.limit, one.wait) for one in (first, second, third)] == [
        (None, 0.0),
        ("interval", 3.5),
        ("interval", 6.0),
    ]
    clock.advance(timedelta(seconds=60))
    assert registry.ledger.wait(OTHER, limits(interval=2)).wait == 0


def test_the_interval_alone_is_waited_for_however_little_a_worker_may_wait(registry: Registry) -> None:
    for _ in range(2):
        assert registry.ledger.reserve(OTHER, limits(interval=9), 0).request_id
    # The second was given the moment 9 s from now, so the third would wait for it and another 9 s.
    refused = registry.ledger.reserve(OTHER, limits(interval=9), 0)
    assert (refused.request_id, refused.limit, refused.wait) == (None, "interval", 18.0)


def test_a_turn_too_far_off_is_told_and_nothing_is_written(registry: Registry) -> None:
    send(registry)
    found = registry.ledger.reserve(OTHER, limits(window=1), 30)
    assert (found.request_id, found.limit, found.wait) == (None, "window", seconds(WINDOW))
    assert registry.ledger.total() == 1


def test_room_can_be_asked_for_several_requests_at_once(registry: Registry) -> None:
    for _ in range(3):
        send(registry)
    assert registry.ledger.wait(OTHER, limits(window=7), 4).wait == 0
    assert registry.ledger.wait(OTHER, limits(window=6), 4).limit == "window"
    assert registry.ledger.wait(OTHER, limits(hour=6), 4).limit == "hour"


def test_sessions_and_kinds_of_request_have_budgets_of_their_own(registry: Registry) -> None:
    send(registry)
    assert registry.ledger.wait(OTHER, limits(window=1)).wait > 0
    assert registry.ledger.wait(Wanted("desk", "graphql"), limits(window=1)).wait == 0
    assert registry.ledger.wait(Wanted("spare", "other"), limits(window=1, hour=1)).wait == 0


def test_a_row_says_what_was_asked_and_is_completed_by_what_came_back(registry: Registry) -> None:
    first, second, _ = send(registry, PAGE), send(registry), send(registry, PAGE)
    registry.ledger.complete(
        [Answered(first.request_id or 0, 200, 4000, 48), Answered(second.request_id or 0, 429, 60)]
    )
    registry.ledger.complete([])
    assert rows(registry) == [
        ("followers", 200, 0.0, 4000, 48),
        (None, 429, 0.0, 60, None),
        ("followers", None, 0.0, None, 50),
    ]


def test_a_surface_has_an_hour_of_its_own_beside_that_of_all_requests(registry: Registry, clock: VirtualClock) -> None:
    narrow = replace(limits(hour=9), surfaces={"followers": 2, "posts": 1})
    for wanted in (PAGE, Wanted("desk", "other", "posts"), Wanted("desk", "graphql", "followers", 50)):
        send(registry, wanted)
        clock.advance(timedelta(minutes=1))
    found = registry.ledger.wait(PAGE, narrow)
    assert (found.limit, found.wait) == ("followers", seconds(HOUR) - 180)
    assert registry.ledger.reserve(PAGE, narrow, 30).request_id is None
    assert registry.ledger.wait(PAGE, replace(narrow, surfaces={"followers": 3})).wait == 0
    for free in (OTHER, Wanted("desk", "other", "profile"), replace(PAGE, session="spare")):
        assert registry.ledger.wait(free, narrow).wait == 0
    assert [(one.limit, one.spent, one.left) for one in registry.ledger.spending("desk", narrow)][2:4] == [
        ("followers", 2, 0),
        ("posts", 1, 0),
    ]
    clock.advance(HOUR - timedelta(minutes=3))
    assert registry.ledger.wait(PAGE, narrow).wait == 0


def test_what_is_spent_and_left_is_told_for_each_limit(registry: Registry, clock: VirtualClock) -> None:
    for wanted in (PAGE, OTHER, Wanted("desk", "graphql"), Wanted("spare", "other")):
        send(registry, wanted)
    told = registry.ledger.spending("desk", limits(window=60, hour=200, day=30_000))
    assert [(one.limit, one.spent, one.left) for one in told] == [
        ("window", 2, 58),
        ("hour", 3, 197),
        ("day", 50, 29_950),
    ]
    # A decimal would be equal to it, and would be shown as a text where JSON is asked for.
    assert {type(one.spent) for one in told} == {int}
    clock.advance(HOUR)
    assert [one.spent for one in registry.ledger.spending("desk", limits())] == [0, 0, 50]


@pytest.mark.parametrize("limit", ["window", "hour", "day"])
def test_of_those_who_ask_at_the_same_moment_no_more_get_in_than_the_limit_lets(registry: Registry, limit: str) -> None:
    allowed = limits(**{limit: 150 if limit == "day" else 3})
    barrier = Barrier(8)
    given: list[Turn] = []

    def go() -> None:
        barrier.wait(timeout=10)
        given.append(registry.ledger.reserve(PAGE, allowed, 0))

    threads = [Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(given) == 8
    assert sum(one.request_id is not None for one in given) == registry.ledger.total() == 3


def test_what_was_spent_is_remembered_over_restarts(registry: Registry, registry_url: str, clock: VirtualClock) -> None:
    for bucket in ("other", "graphql"):
        send(registry, Wanted("desk", bucket))
    send(registry, Wanted("spare", "other"))
    registry.close()
    reopened = open_registry(registry_url, clock)
    assert reopened.ledger.wait(OTHER, limits(window=1)).wait == seconds(WINDOW)
    assert (reopened.ledger.spent("desk"), reopened.ledger.total()) == (2, 3)
    clock.advance(WINDOW)
    assert (reopened.ledger.spent("desk"), reopened.ledger.total()) == (0, 3)
    reopened.close()
