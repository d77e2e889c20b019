from datetime import timedelta
from threading import Barrier, Thread

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
