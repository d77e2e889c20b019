from datetime import timedelta
from pathlib import Path

from intel_pipeline.registry.ledger import WINDOW
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock


def test_within_the_limit_there_is_nothing_to_wait_for(registry: Registry) -> None:
    for _ in range(3):
        assert registry.ledger.wait("desk", "other", 3) == 0
        registry.ledger.record("desk", "other")
    assert registry.ledger.wait("desk", "other", 3) > 0


def test_the_wait_ends_when_the_oldest_request_that_counts_leaves_the_window(
    registry: Registry, clock: VirtualClock
) -> None:
    for _ in range(3):
        registry.ledger.record("desk", "other")
        clock.advance(timedelta(seconds=100))
    wait = registry.ledger.wait("desk", "other", 2)
    assert wait == WINDOW.total_seconds() - 200
    assert registry.ledger.wait("desk", "other", 3) == WINDOW.total_seconds() - 300
    clock.advance(timedelta(seconds=wait) - timedelta(microseconds=1))
    assert 0 < registry.ledger.wait("desk", "other", 2) < 0.001
    clock.advance(timedelta(microseconds=1))
    assert registry.ledger.wait("desk", "other", 2) == 0


def test_sessions_and_kinds_of_request_have_budgets_of_their_own(registry: Registry) -> None:
    registry.ledger.record("desk", "other")
    assert registry.ledger.wait("desk", "other", 1) > 0
    assert registry.ledger.wait("desk", "graphql", 1) == 0
    assert registry.ledger.wait("spare", "other", 1) == 0


def test_what_was_spent_is_remembered_over_restarts(registry: Registry, tmp_path: Path, clock: VirtualClock) -> None:
    for bucket in ("other", "graphql"):
        registry.ledger.record("desk", bucket)
    registry.ledger.record("spare", "other")
    registry.close()
    reopened = open_registry(f"sqlite:///{tmp_path / 'registry.db'}", clock)
    assert reopened.ledger.wait("desk", "other", 1) == WINDOW.total_seconds()
    assert (reopened.ledger.spent("desk"), reopened.ledger.total()) == (2, 3)
    clock.advance(WINDOW)
    assert (reopened.ledger.spent("desk"), reopened.ledger.total()) == (0, 3)
    reopened.close()
