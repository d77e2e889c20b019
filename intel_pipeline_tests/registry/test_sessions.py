from datetime import timedelta
from threading import Barrier, Thread

import pytest

from intel_pipeline.errors import SessionError
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock


def test_an_unknown_session_is_usable_and_leaves_no_trace(registry: Registry) -> None:
    state = registry.sessions.state("desk")
    assert (state.cooling_until, state.stopped_because) == (None, None)
    assert registry.sessions.cooling("desk") is None
    assert registry.sessions.all() == []


def test_a_cool_down_ends_by_itself(registry: Registry, clock: VirtualClock) -> None:
    until = clock.now() + timedelta(minutes=11)
    registry.sessions.cool("desk", until)
    assert registry.sessions.cooling("desk") == until
    clock.set(until)
    assert registry.sessions.cooling("desk") is None


def test_a_stop_holds_until_its_operator_acts(registry: Registry, clock: VirtualClock) -> None:
    registry.sessions.stop("desk", "Instagram asks for a checkpoint")
    registry.sessions.cool("desk", clock.now() + timedelta(minutes=1))
    clock.advance(timedelta(days=30))
    assert registry.sessions.state("desk").stopped_because == "Instagram asks for a checkpoint"
    registry.sessions.welcome("desk", "plain.viewer")
    state = registry.sessions.state("desk")
    assert (state.username, state.stopped_because, state.cooling_until) == ("plain.viewer", None, None)


def test_closing_the_breaker_leaves_a_cool_down_and_whose_the_session_is(
    registry: Registry, clock: VirtualClock
) -> None:
    until = clock.now() + timedelta(minutes=11)
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.cool("desk", until)
    registry.sessions.stop("desk", "challenge")
    registry.sessions.resume("desk")
    state = registry.sessions.state("desk")
    assert (state.username, state.stopped_because, state.cooling_until) == ("plain.viewer", None, until)


def test_stopping_a_session_keeps_whose_it_is(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.stop("desk", "challenge")
    assert registry.sessions.state("desk").username == "plain.viewer"


def test_a_session_that_was_forgotten_is_gone(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.welcome("annex", "other.viewer")
    registry.sessions.forget("desk")
    registry.sessions.forget("desk")
    assert [state.name for state in registry.sessions.all()] == ["annex"]


def test_of_a_stop_and_cool_downs_at_once_none_is_lost(registry: Registry, clock: VirtualClock) -> None:
    until = clock.now() + timedelta(minutes=11)
    for number in range(5):
        name, barrier = f"desk-{number}", Barrier(3)

        def cool(name: str = name, barrier: Barrier = barrier) -> None:
            barrier.wait(timeout=10)
            registry.sessions.cool(name, until)

        def stop(name: str = name, barrier: Barrier = barrier) -> None:
            barrier.wait(timeout=10)
            registry.sessions.stop(name, "challenge")

        threads = [Thread(target=cool), Thread(target=stop), Thread(target=cool)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        state = registry.sessions.state(name)
        assert (state.cooling_until, state.stopped_because) == (until, "challenge")


def test_whoever_logs_in_lets_the_session_be_used_for_any_target(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.welcome("annex", "other.viewer", "own")
    assert registry.sessions.uses() == {"annex": "own", "desk": "any"}


def test_what_a_session_is_used_for_is_the_operators_word_and_outlives_a_login(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.use("desk", "nothing")
    registry.sessions.welcome("desk", "plain.viewer")
    assert registry.sessions.uses() == {}
    registry.sessions.welcome("desk", "plain.viewer", "own")
    assert registry.sessions.uses() == {"desk": "own"}


def test_a_session_that_only_its_cool_down_is_known_of_is_not_used(registry: Registry, clock: VirtualClock) -> None:
    registry.sessions.cool("hasty", clock.now() + timedelta(minutes=11))
    assert registry.sessions.uses() == {}


def test_one_that_is_named_alone_is_used_alone_whoever_logged_in_since(registry: Registry) -> None:
    registry.sessions.welcome("annex", "other.viewer", "own")
    registry.sessions.welcome("desk", "plain.viewer", "nothing")
    assert registry.sessions.uses("desk") == {"desk": "any"}
    assert registry.sessions.uses("annex") == {"annex": "own"}
    assert registry.sessions.uses("restored") == {"restored": "any"}


def test_a_session_that_was_never_logged_in_is_refused_with_those_that_are_known(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.stop("hasty", "challenge")
    for ask in (lambda: registry.sessions.get("hasty"), lambda: registry.sessions.use("nobody", "any")):
        with pytest.raises(SessionError, match="there is no session") as caught:
            ask()
        assert caught.value.fix.endswith("there now: desk")


def test_limits_of_its_own_stay_with_a_session_until_others_take_their_place(registry: Registry) -> None:
    registry.sessions.welcome("desk", "plain.viewer")
    assert registry.sessions.state("desk").limits is None
    registry.sessions.limit("desk", {"hour": 90, "followers": 30})
    registry.sessions.welcome("desk", "plain.viewer")
    assert registry.sessions.state("desk").limits == {"hour": 90, "followers": 30}
    registry.sessions.limit("desk", {})
    assert registry.sessions.state("desk").limits == {}
    with pytest.raises(SessionError, match="no session 'annex'"):
        registry.sessions.limit("annex", {"hour": 90})
