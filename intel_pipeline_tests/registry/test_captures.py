import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest

from intel_pipeline.capture.mass_loss import Resolution
from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.shelf_life import SHORTEST
from intel_pipeline.errors import BusyError
from intel_pipeline.registry import capture_course
from intel_pipeline.registry.capture_queries import Reading
from intel_pipeline.registry.lease import LEASE, alive, machine
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.histories import Histories

DAY = date(2026, 11, 24)
COMPLETE = Outcome(verdict="complete", rows=4, distinct=3, reported_before=3, reported_after=3, pages=2)
BEGIN = """
import sys
from datetime import UTC, date, datetime
from intel_pipeline.registry.store import open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.histories import Histories
registry = open_registry(sys.argv[1], VirtualClock(datetime(2026, 11, 24, 6, tzinfo=UTC)))
capture = registry.captures.begin(registry.targets.get("nasa"), "followers", date(2026, 11, 24), "simulator")
print(capture.capture_id, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def nasa(registry: Registry) -> Target:
    return registry.targets.add("nasa", None, None)


def begin(
    registry: Registry, target: Target, day: date = DAY, surface: str = "followers", session: str | None = None
) -> Capture:
    return registry.captures.begin(target, surface, day, "simulator", session)


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


def test_two_that_begin_at_once_get_one_capture_between_them(registry: Registry, nasa: Target) -> None:
    for surface in ("profile", "followers", "posts"):
        barrier, won, refused = Barrier(4), [], []

        def go(surface: str = surface, barrier: Barrier = barrier, won: list = won, refused: list = refused) -> None:  # type: ignore[type-arg]
            barrier.wait(timeout=10)
            try:
                won.append(begin(registry, nasa, surface=surface))
            except BusyError as error:
                refused.append(error)

        threads = [Thread(target=go) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert (len(won), len(refused)) == (1, 3)


def test_two_that_resume_at_once_get_one_capture_between_them(registry: Registry, nasa: Target) -> None:
    registry.captures.release(begin(registry, nasa))
    barrier, won, refused = Barrier(4), [], []

    def go() -> None:
        barrier.wait(timeout=10)
        try:
            won.append(begin(registry, nasa))
        except BusyError as error:
            refused.append(error)

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (len(won), len(refused)) == (1, 3)


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


def test_who_read_a_target_last_is_told_by_the_newest_capture_that_has_a_snapshot(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    assert registry.captures.last_read("followers") == {}
    for session, snapshot in (("desk", "a"), ("annex", "b"), ("desk", None), (None, "d")):
        clock.advance(timedelta(hours=1))
        registry.captures.finish(begin(registry, nasa, session=session), COMPLETE, snapshot)
    begin(registry, nasa, surface="posts", session="desk")
    assert registry.captures.last_read("followers") == {"nasa": Reading("annex", DAY, listed=3, pages=2)}
    assert registry.captures.last_read("posts") == {}


def test_whoever_lost_the_lease_expects_nothing(registry: Registry, nasa: Target, clock: VirtualClock) -> None:
    slow = begin(registry, nasa)
    clock.advance(LEASE)
    begin(registry, nasa)
    with pytest.raises(BusyError):
        registry.captures.expect(slow, 7)
    assert registry.captures.in_progress()[0].reported_before is None


def test_a_finished_capture_keeps_its_verdict_its_counts_and_the_moments_of_its_pages(
    registry: Registry, nasa: Target, registry_url: str, clock: VirtualClock
) -> None:
    began, ended = datetime(2026, 11, 24, 7, tzinfo=UTC), datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
    outcome = replace(COMPLETE, started_at=began, finished_at=ended, user_id=7, username="nasa.gov", reasons=("why",))
    registry.captures.finish(begin(registry, nasa), outcome, "followers/x.parquet")
    reopened = open_registry(registry_url, clock)
    (found,) = reopened.captures.of_round(DAY, "followers")
    reopened.close()
    assert (found.started_at, found.finished_at, found.holder, found.leased_until) == (began, ended, None, None)
    assert (found.verdict, found.reasons, found.snapshot) == ("complete", ["why"], "followers/x.parquet")
    assert (found.row_count, found.distinct_count, found.reported_before, found.page_count) == (4, 3, 3, 2)
    assert (found.user_id, found.username) == (7, "nasa.gov")


def test_what_a_round_lacks_is_due_the_longest_uncaptured_first(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    for name in ("esa", "jaxa", "paused"):
        registry.targets.add(name, None, None)
    registry.targets.set_state("paused", "paused")
    for label in ("nasa", "esa"):
        registry.captures.finish(begin(registry, registry.targets.get(label)), COMPLETE, None)
        clock.advance(timedelta(minutes=1))
    assert [target.label for target in registry.captures.due("followers", DAY)] == ["jaxa"]
    tomorrow = DAY + timedelta(days=1)
    assert [target.label for target in registry.captures.due("followers", tomorrow)] == ["jaxa", "nasa", "esa"]
    begin(registry, nasa, tomorrow)
    assert "nasa" in [target.label for target in registry.captures.due("followers", tomorrow)]


def test_the_capture_before_is_the_latest_earlier_one_that_left_a_snapshot(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    made = []
    for verdict, snapshot in (("complete", "a"), ("complete", None), ("partial", "c"), ("complete", "d")):
        clock.advance(timedelta(hours=1))
        capture = begin(registry, nasa)
        registry.captures.finish(capture, replace(COMPLETE, verdict=verdict), snapshot)
        made.append(capture)
    begin(registry, nasa)
    before = registry.captures.before_each(made)
    assert [one.capture_id in before and before[one.capture_id].snapshot for one in made] == [False, "a", "a", "c"]
    # Histories that are held say the same.
    finished = registry.captures.finished_among([one.capture_id for one in made])
    held = Histories(finished).before_each(finished)
    assert {one: other.capture_id for one, other in held.items()} == {
        one: other.capture_id for one, other in before.items()
    }
    assert [capture.snapshot for capture in registry.captures.history("nasa", "followers")] == ["a", "c", "d"]
    assert [capture.snapshot for capture in registry.captures.latest()] == ["d"]


def test_what_a_capture_resolves_is_written_with_it_and_not_by_one_who_lost_the_lease(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    waiting = begin(registry, nasa)
    registry.captures.finish(waiting, replace(COMPLETE, verdict="suspect", held=True, missing_count=9), "a")
    released = replace(COMPLETE, resolved=(Resolution(waiting.capture_id, "complete", "released"),))
    clock.advance(timedelta(days=1))
    slow = begin(registry, nasa)
    clock.advance(LEASE)
    new = begin(registry, nasa)
    with pytest.raises(BusyError):
        registry.captures.finish(slow, released, "b")
    assert registry.captures.get(waiting.capture_id).held
    registry.captures.finish(new, released, "c")
    found = registry.captures.get(waiting.capture_id)
    assert (found.held, found.verdict, found.reasons, found.missing_count) == (False, "complete", ["released"], 9)


def test_what_the_operator_has_accepted_is_not_resolved_again(registry: Registry, nasa: Target) -> None:
    waiting = begin(registry, nasa)
    registry.captures.finish(waiting, replace(COMPLETE, verdict="suspect", held=True, missing_count=9), "a")
    registry.captures.accept(waiting.capture_id)
    disowned = replace(COMPLETE, resolved=(Resolution(waiting.capture_id, "suspect", "too late"),))
    registry.captures.finish(begin(registry, nasa), disowned, "b")
    found = registry.captures.get(waiting.capture_id)
    assert (found.verdict, found.reasons) == ("complete", ["held back for 9 missing at once; accepted by the operator"])


def test_what_teaches_reaches_back_as_many_complete_captures_as_are_asked_for(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    for number, verdict in enumerate(("partial", "complete", "suspect", "complete", "limited", "complete")):
        clock.advance(timedelta(days=1))
        registry.captures.finish(begin(registry, nasa), replace(COMPLETE, verdict=verdict), f"{number}")
    clock.advance(timedelta(days=1))
    registry.captures.finish(begin(registry, nasa), replace(COMPLETE, verdict="failed"), None)

    def since(number: int) -> str:
        return "".join(str(one.snapshot) for one in registry.captures.since_complete("nasa", "followers", number))

    assert [since(number) for number in (1, 2, 3, 4)] == ["5", "345", "12345", "012345"]


def test_an_import_adds_what_is_not_there_yet(registry: Registry, nasa: Target) -> None:
    def imported(number: int) -> Capture:
        moment = datetime(2020, 1, number, tzinfo=UTC)
        return Capture(
            capture_id=f"imported-{number}",
            target=nasa.label,
            surface="profile",
            origin="archive",
            started_at=moment,
            finished_at=moment,
            verdict="complete",
            reasons=[],
        )

    assert registry.captures.add_imported([imported(1), imported(2)]) == 2
    assert registry.captures.add_imported([imported(2), imported(3)]) == 1
    found = registry.captures.finished_among(["imported-3", "imported-2", "unknown"])
    assert [capture.capture_id for capture in found] == ["imported-2", "imported-3"]
    assert registry.captures.finished_ids("profile") == {"imported-1", "imported-2", "imported-3"}
    assert registry.captures.finished_number("profile") == 3
    assert registry.captures.after(found[0]) is None


def test_all_finished_captures_come_oldest_first_a_few_whole_targets_at_a_time(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finished(label: str, number: int) -> Capture:
        moment = datetime(2020, 1, number, tzinfo=UTC)
        return Capture(
            capture_id=f"{label}-{number}",
            target=label,
            surface="profile",
            origin="archive",
            started_at=moment,
            finished_at=moment,
            verdict="complete",
            reasons=[],
        )

    numbers = {"a": 2, "b": 1, "c": 5, "d": 1, "e": 1, "f": 1}
    for label in numbers:
        begin(registry, registry.targets.add(label, label, "a study"))
    captures = [finished(label, day) for label, number in numbers.items() for day in range(number, 0, -1)]
    registry.captures.add_imported(captures)
    assert registry.captures.finished_targets() == numbers
    monkeypatch.setattr(capture_course, "HELD", 3)
    monkeypatch.setattr(capture_course, "AT_ONCE", 2)
    parts = [[capture.capture_id for capture in part] for part in registry.captures.histories()]
    assert [sorted(part) for part in parts] == [
        ["a-1", "a-2", "b-1"],
        [f"c-{n}" for n in range(1, 6)],
        ["d-1", "e-1"],
        ["f-1"],
    ]
    assert parts[0][-1] == "a-2"


def test_a_holder_is_alive_unless_its_process_on_this_machine_has_ended(registry: Registry, nasa: Target) -> None:
    here = machine()
    assert alive(begin(registry, nasa).holder)
    assert alive(f"{here}:{os.getppid()}:abc")
    assert alive("other-machine:1:abc")
    assert not alive(f"{here}:{os.getpid()}:an earlier process of this number")
    assert not alive(f"{here}:{2**22 + 1}:abc")
