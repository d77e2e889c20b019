import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from intel_pipeline.capture.shelf_life import SHORTEST
from intel_pipeline.errors import BusyError
from intel_pipeline.registry.capture_queries import Reading
from intel_pipeline.registry.lease import LEASE, alive, machine
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.registry.beginning import COMPLETE, DAY, at_once, begin

BEGIN = """
import sys
from datetime import UTC, date, datetime
from intel_pipeline.registry.store import open_registry
from intel_pipeline.simulator.clock import VirtualClock
registry = open_registry(sys.argv[1], VirtualClock(datetime(2026, 11, 24, 6, tzinfo=UTC)))
capture = registry.captures.begin(registry.targets.get("nasa"), "followers", date(2026, 11, 24), "simulator")
print(capture.capture_id, flush=True)
sys.stdin.readline()
"""


def elsewhere(holder: str, registry: Registry, capture: Capture) -> None:
    """Let the lease be held by somebody else."""
    registry.captures._set(capture, holder=holder)  # noqa: SLF001  as if another machine had written it


def test_a_capture_that_is_being_made_is_refused_to_everybody_else(registry: Registry, nasa: Target) -> None:
    begin(registry, nasa)
    with pytest.raises(BusyError, match="the followers of 'nasa' are being captured by another run"):
        begin(registry, nasa)


def test_other_surfaces_and_targets_are_free(registry: Registry, nasa: Target) -> None:
    begin(registry, nasa)
    begin(registry, nasa, surface="posts")
    begin(registry, registry.targets.add("esa", None, None))
    assert len(registry.captures.in_progress()) == 3


def test_a_capture_that_was_let_go_is_resumed_as_the_same_one(registry: Registry, nasa: Target) -> None:
    first = begin(registry, nasa)
    registry.captures.release(first)
    again = begin(registry, nasa, DAY + timedelta(days=1))
    assert again.capture_id == first.capture_id
    assert (again.started_at, again.round) == (first.started_at, DAY + timedelta(days=1))


def test_the_lease_of_a_process_that_died_passes_on_at_once_and_not_while_it_lives(
    registry: Registry, nasa: Target, registry_url: str
) -> None:
    command = [sys.executable, "-c", BEGIN, registry_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout is not None
        capture_id = other.stdout.readline().strip()
        with pytest.raises(BusyError):
            begin(registry, nasa)
        other.kill()
        other.wait(timeout=30)
    assert begin(registry, nasa).capture_id == capture_id


def test_the_lease_of_another_machine_passes_on_when_it_has_expired(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    first = begin(registry, nasa)
    elsewhere("other-machine:1:abc", registry, first)
    clock.advance(LEASE - timedelta(seconds=1))
    with pytest.raises(BusyError):
        begin(registry, nasa)
    clock.advance(timedelta(seconds=1))
    assert begin(registry, nasa).capture_id == first.capture_id


def test_whoever_lost_the_lease_is_told_and_writes_nothing_more(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    slow = begin(registry, nasa)
    clock.advance(LEASE)
    new = begin(registry, nasa)
    with pytest.raises(BusyError):
        registry.captures.extend(slow)
    with pytest.raises(BusyError):
        registry.captures.finish(slow, COMPLETE, "somewhere")
    registry.captures.release(slow)
    with pytest.raises(BusyError):
        begin(registry, nasa)
    registry.captures.finish(new, COMPLETE, "somewhere else")
    assert [capture.snapshot for capture in registry.captures.latest()] == ["somewhere else"]


def test_a_lease_is_kept_as_long_as_pages_arrive(registry: Registry, nasa: Target, clock: VirtualClock) -> None:
    capture = begin(registry, nasa)
    for _ in range(9):
        clock.advance(LEASE / 3)
        registry.captures.extend(capture)
    with pytest.raises(BusyError):
        begin(registry, nasa)


@pytest.mark.parametrize("surface", ["profile", "followers", "posts"])
def test_two_that_begin_at_once_get_one_capture_between_them(registry: Registry, nasa: Target, surface: str) -> None:
    won, refused = at_once(lambda: begin(registry, nasa, surface=surface))
    assert (len(won), [type(one) for one in refused]) == (1, 3 * [BusyError])


def test_two_that_resume_at_once_get_one_capture_between_them(registry: Registry, nasa: Target) -> None:
    registry.captures.release(begin(registry, nasa))
    won, refused = at_once(lambda: begin(registry, nasa))
    assert (len(won), [type(one) for one in refused]) == (1, 3 * [BusyError])


def test_a_capture_is_stale_once_it_has_gone_on_for_longer_than_its_list_may_take(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    def stale(target: str, surface: str, per_day: int) -> Capture | None:
        found = registry.captures.take_over_to_end(target, surface, None, per_day)
        return found[0] if found else None

    assert stale("nasa", "followers", 30_000) is None
    capture = begin(registry, nasa)
    registry.captures.expect(capture, 90_000)
    registry.captures.release(capture)
    clock.advance(timedelta(days=4.5))
    assert stale("nasa", "followers", 30_000) is None
    found = stale("nasa", "followers", 40_000)
    assert found is not None
    assert (found.capture_id, found.reported_before) == (capture.capture_id, 90_000)


def test_a_stale_capture_is_ended_by_one_alone_and_a_fresh_one_begins(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    registry.captures.release(begin(registry, nasa))
    clock.advance(SHORTEST + timedelta(seconds=1))
    found = registry.captures.take_over_to_end("nasa", "followers", None, 30_000)
    assert found is not None
    stale, why = found
    assert why == "not complete after 2.0 days, and what is read later is another list"
    for meddle in (
        lambda: registry.captures.take_over_to_end("nasa", "followers", None, 30_000),
        lambda: begin(registry, nasa),
    ):
        with pytest.raises(BusyError):
            meddle()
    registry.captures.finish(stale, replace(COMPLETE, verdict="partial"), "a")
    assert begin(registry, nasa).capture_id != stale.capture_id


def test_a_capture_that_another_machine_holds_is_not_ended_for_being_stale(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    capture = begin(registry, nasa)
    clock.advance(SHORTEST)
    registry.captures.extend(capture)
    elsewhere("other-machine:1:abc", registry, capture)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(BusyError):
        registry.captures.take_over_to_end("nasa", "followers", None, 30_000)


def test_a_capture_is_resumed_by_the_session_that_began_it_and_ended_before_another_begins(
    registry: Registry, nasa: Target
) -> None:
    first = begin(registry, nasa, session="desk")
    registry.captures.release(first)
    again = begin(registry, nasa, session="desk")
    assert (again.capture_id, again.session) == (first.capture_id, "desk")
    registry.captures.release(again)
    assert registry.captures.take_over_to_end("nasa", "followers", "desk", 30_000) is None
    with pytest.raises(BusyError):
        begin(registry, nasa, session="annex")
    ended = registry.captures.take_over_to_end("nasa", "followers", "annex", 30_000)
    assert ended is not None
    assert (ended[0].capture_id, ended[0].session) == (first.capture_id, "desk")
    assert ended[1] == "begun with the session 'desk', which does not go on with it; 'annex' begins anew"
    registry.captures.finish(ended[0], replace(COMPLETE, verdict="partial"), "a")
    fresh = begin(registry, nasa, session="annex")
    assert (fresh.capture_id != first.capture_id, fresh.session) == (True, "annex")


def test_a_capture_that_is_being_made_is_not_given_up_for_another_session(registry: Registry, nasa: Target) -> None:
    begin(registry, nasa, session="desk")
    with pytest.raises(BusyError):
        begin(registry, nasa, session="annex")


def test_a_capture_of_before_sessions_were_written_down_belongs_to_whom_resumes_it(
    registry: Registry, nasa: Target
) -> None:
    first = begin(registry, nasa)
    registry.captures.release(first)
    again = begin(registry, nasa, session="desk")
    assert (again.capture_id, again.session) == (first.capture_id, "desk")
    assert registry.captures.begun("followers") == {"nasa": Reading("desk", DAY)}


def test_whoever_lost_the_lease_expects_nothing(registry: Registry, nasa: Target, clock: VirtualClock) -> None:
    slow = begin(registry, nasa)
    clock.advance(LEASE)
    begin(registry, nasa)
    with pytest.raises(BusyError):
        registry.captures.expect(slow, 7)
    assert registry.captures.in_progress()[0].reported_before is None


def test_a_holder_is_alive_unless_its_process_on_this_machine_has_ended(registry: Registry, nasa: Target) -> None:
    here = machine()
    assert alive(begin(registry, nasa).holder)
    assert alive(f"{here}:{os.getppid()}:abc")
    assert alive("other-machine:1:abc")
    assert not alive(f"{here}:{os.getpid()}:an earlier process of this number")
    assert not alive(f"{here}:{2**22 + 1}:abc")
