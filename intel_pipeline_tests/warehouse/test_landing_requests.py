from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from intel_pipeline.registry.ledger import Answered, Ledger, Wanted
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.landing.requests import land_requests
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.warehouse.lands import rows

ROOMY = RateLimits(window=1000, hour=1000, day=100_000, interval=0)


@dataclass
class Desk:
    """A ledger, and a warehouse that it is landed in."""

    registry: Registry
    clock: VirtualClock
    file: Path

    def ask(self, *, surface: str | None = "followers", identities: int | None = 50) -> int:
        turn = self.registry.ledger.reserve(Wanted("desk", "other", surface, identities), ROOMY, 0)
        assert turn.request_id is not None
        return turn.request_id

    def land(self, at_once: int = 1000) -> None:
        with writing(self.file) as transaction:
            land_requests(transaction, self.registry.ledger, at_once)

    def landed(self, columns: str = "*") -> list[tuple[Any, ...]]:
        return rows(self.file, f"select {columns} from requests order by request_id")  # noqa: S608  our own names


@pytest.fixture
def desk(registry: Registry, clock: VirtualClock, tmp_path: Path) -> Desk:
    return Desk(registry, clock, tmp_path / "warehouse.duckdb")


def test_a_request_is_landed_as_it_stands_and_again_when_its_answer_is_there(desk: Desk) -> None:
    first, login = desk.ask(), desk.ask(surface=None, identities=None)
    moment = desk.clock.now()
    desk.land()
    assert desk.landed() == [
        (first, moment, "desk", "followers", None, 0.0, None, 50),
        (login, moment, "desk", None, None, 0.0, None, None),
    ]
    desk.clock.advance(timedelta(hours=2))
    later = desk.ask()
    desk.registry.ledger.complete([Answered(first, 200, 4711, 48)])
    desk.land()
    assert desk.landed("request_id, status, bytes, identities") == [
        (first, 200, 4711, 48),
        (login, None, None, None),
        (later, None, None, 50),
    ]


def test_landing_reads_no_more_than_a_day_of_the_ledger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for _ in range(5):
        ids.append(desk.ask())
        desk.clock.advance(timedelta(hours=13))
        desk.land()
    asked = []
    after = Ledger.after

    def watched(self: Ledger, request_id: int, most: int) -> list[dict[str, Any]]:
        asked.append(request_id)
        return after(self, request_id, most)

    monkeypatch.setattr(Ledger, "after", watched)
    ids.append(desk.ask())
    desk.land()
    assert asked == [ids[2], ids[5]]
    assert [row[0] for row in desk.landed("request_id")] == ids


def test_a_long_ledger_is_landed_piece_by_piece_and_landing_twice_changes_nothing(desk: Desk) -> None:
    ids = [desk.ask() for _ in range(7)]
    desk.land(at_once=3)
    once = desk.landed()
    assert [row[0] for row in once] == ids
    desk.land(at_once=7)
    assert desk.landed() == once
