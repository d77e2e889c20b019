from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from intel_pipeline.capture.mass_loss import Resolution
from intel_pipeline.errors import BusyError
from intel_pipeline.registry import capture_course
from intel_pipeline.registry.capture_queries import Reading
from intel_pipeline.registry.lease import LEASE
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline_tests.people import OPERATOR
from intel_pipeline_tests.registry.beginning import COMPLETE, DAY, begin


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


def test_each_active_target_is_told_with_its_newest_capture_of_the_round_or_before_it(
    registry: Registry, nasa: Target, clock: VirtualClock
) -> None:
    for name in ("esa", "jaxa", "paused"):
        registry.targets.add(name, None, None)
    registry.targets.set_state("paused", "paused")
    made = {}
    for label, day in (("nasa", DAY), ("esa", DAY), ("nasa", DAY + timedelta(days=1)), ("paused", DAY)):
        made[label, day] = begin(registry, registry.targets.get(label), day)
        registry.captures.finish(
            made[label, day], replace(COMPLETE, verdict="partial" if day > DAY else "complete"), None
        )
        clock.advance(timedelta(minutes=1))
    begin(registry, nasa, DAY + timedelta(days=2))

    def newest(day: date, verdict: str | None = None) -> dict[str, datetime | None]:
        found = registry.captures.newest_of_active("followers", day, verdict)
        return {target.label: seen.finished_at if seen else None for target, seen in found}

    first, second = made["nasa", DAY].finished_at, made["nasa", DAY + timedelta(days=1)].finished_at
    others = {"esa": made["esa", DAY].finished_at, "jaxa": None}
    assert newest(DAY) == {"nasa": first, **others}
    assert newest(DAY + timedelta(days=3)) == {"nasa": second, **others}
    assert newest(DAY + timedelta(days=3), "complete") == {"nasa": first, **others}
    assert newest(DAY - timedelta(days=1)) == {"nasa": None, "esa": None, "jaxa": None}


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
    registry.captures.accept(OPERATOR, waiting.capture_id)
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
