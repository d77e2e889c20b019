import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.errors import BusyError, RegistryError, SettingsError
from intel_pipeline.registry import moving
from intel_pipeline.registry.audit import Actor, Sought
from intel_pipeline.registry.ledger import Answered, Wanted
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.models import Base
from intel_pipeline.registry.moving import move, refuse_second
from intel_pipeline.registry.sign_ins import Lasting
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.postgresql import Server

PAGE = Wanted("desk", "other", "followers", 50)
LIMITS = RateLimits(window=60, hour=200, day=30_000, interval=0)
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("select count(*) from requests").fetchone()
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def registry_url(postgresql: Server) -> Iterator[str]:
    with postgresql.registry() as url:
        yield url


@pytest.fixture
def file(tmp_path: Path, clock: VirtualClock) -> Path:
    """The file of a registry with something in every table."""
    path = tmp_path / "registry.db"
    registry = open_registry(f"sqlite:///{path}", clock)
    target = registry.targets.add("nasa", None, "research")
    registry.targets.identify("nasa", 2**40, "nasa")
    registry.rounds.begin(date(2026, 11, 24))
    registry.sessions.stop("desk", "Instagram asks for a checkpoint: “ü” 🛰")
    registry.sessions.cool("annex", clock.now() + timedelta(minutes=11))
    registry.settlements.add("change", "nasa", 7, "unfollowed")
    capture = registry.captures.begin(target, "followers", date(2026, 11, 24), "instagram")
    registry.captures.finish(capture, Outcome(verdict="suspect", reasons=("why", "how"), held=True, ended=True), "x")
    registry.captures.release(registry.captures.begin(target, "posts", date(2026, 11, 24), "instagram"))
    for _ in range(3):
        sent = registry.ledger.reserve(PAGE, LIMITS, 0, jitter=0.25)
        clock.advance(timedelta(seconds=1))
    registry.ledger.complete([Answered(sent.request_id or 0, 200, 4000, 12)])
    root = Actor(clock.now(), "root", "command")
    lasting = Lasting(timedelta(hours=12), timedelta(days=30))
    registry.users.add(root, "ada", "admin", "hash")
    registry.sign_ins.begin(root, "ada", "digest", "Firefox", lasting)
    registry.api_keys.add(root, "nightly", "digest", ["read"], None)
    registry.close()
    return path


def content(registry: Registry) -> dict[str, list[tuple[object, ...]]]:
    with registry.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_everything_goes_along_and_requests_are_numbered_on(
    file: Path, registry_url: str, clock: VirtualClock, tmp_path: Path
) -> None:
    before = open_registry(f"sqlite:///{file}", clock)
    known = content(before)
    before.close()
    assert all(known.values())
    moved = move(file, tmp_path / "kept", registry_url, clock)
    assert (moved["targets"], moved["captures"], moved["requests"]) == (1, 2, 3)
    assert not file.exists()
    registry = open_registry(registry_url, clock)
    assert content(registry) == known
    assert [one.spent for one in registry.ledger.spending("desk", LIMITS)] == [3, 3, 112]
    assert registry.ledger.reserve(PAGE, LIMITS, 0).request_id == 4
    registry.audit.add(Actor(clock.now(), "ada", "sign-in"), "moved", None)
    assert [entry.audit_id for entry in registry.audit.newest(Sought(), 9)] == [4, 3, 2, 1]
    registry.close()
    kept = open_registry(f"sqlite:///{tmp_path / 'kept'}", clock)
    assert content(kept) == known
    kept.close()


def test_a_registry_without_a_request_moves_too(registry_url: str, clock: VirtualClock, tmp_path: Path) -> None:
    open_registry(f"sqlite:///{tmp_path / 'registry.db'}", clock).close()
    assert set(move(tmp_path / "registry.db", tmp_path / "kept", registry_url, clock).values()) == {0}
    registry = open_registry(registry_url, clock)
    assert registry.ledger.reserve(PAGE, LIMITS, 0).request_id == 1
    registry.close()


def test_a_move_that_was_killed_before_its_last_step_is_finished_by_another(
    file: Path, registry_url: str, clock: VirtualClock, tmp_path: Path
) -> None:
    copy = tmp_path / "as it was"
    copy.write_bytes(file.read_bytes())
    move(file, tmp_path / "kept", registry_url, clock)
    copy.rename(file)
    assert move(file, tmp_path / "kept", registry_url, clock)["requests"] == 3
    assert not file.exists()


def test_a_move_that_fails_in_the_middle_leaves_everything_where_it_was(
    file: Path, registry_url: str, clock: VirtualClock, postgresql: Server, monkeypatch
) -> None:
    copy = moving.copy

    def breaks(source, target) -> None:
        copy(source, target)
        postgresql.hang_up(registry_url)

    monkeypatch.setattr(moving, "copy", breaks)
    with pytest.raises(RegistryError, match="broken the connection off"):
        move(file, file.with_name("kept"), registry_url, clock)
    assert file.exists()
    registry = open_registry(registry_url, clock)
    assert not any(content(registry).values())
    registry.close()


def test_a_database_that_holds_another_registry_is_left_alone(
    file: Path, registry_url: str, clock: VirtualClock, tmp_path: Path
) -> None:
    other = open_registry(registry_url, clock)
    other.targets.add("esa", None, None)
    with pytest.raises(SettingsError, match="holds a registry already, and not this one"):
        move(file, tmp_path / "kept", registry_url, clock)
    assert file.exists()
    assert [target.label for target in other.targets.all()] == ["esa"]
    other.close()


def test_a_file_that_another_process_has_open_is_not_moved(
    file: Path, registry_url: str, clock: VirtualClock, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(BusyError, match="another process uses") as caught:
            move(file, tmp_path / "kept", registry_url, clock)
        other.communicate("go\n", timeout=30)
    assert "stop Dagster" in caught.value.fix
    assert move(file, tmp_path / "kept", registry_url, clock)["requests"] == 3


def test_where_there_is_no_file_there_is_nothing_to_move(registry_url: str, clock: VirtualClock, tmp_path) -> None:
    with pytest.raises(SettingsError, match="there is no registry to move"):
        move(tmp_path / "registry.db", tmp_path / "kept", registry_url, clock)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("there", "elsewhere", "said"),
    [
        (["registry.db"], True, "has a registry of its own"),
        (["registry.db", "registry.db.moved"], True, "has a registry of its own"),
        (["registry.db.moved"], False, "has moved to PostgreSQL, and INTEL_REGISTRY_URL is not set"),
        (["registry.db.moved"], True, None),
        (["registry.db"], False, None),
        (["registry.db", "registry.db.moved"], False, None),
        ([], True, None),
        ([], False, None),
    ],
)
def test_a_data_folder_has_one_registry(tmp_path: Path, there: list[str], elsewhere: bool, said: str | None) -> None:  # noqa: FBT001
    for name in there:
        (tmp_path / name).touch()
    file, moved = tmp_path / "registry.db", tmp_path / "registry.db.moved"
    if said is None:
        refuse_second(file, moved, elsewhere=elsewhere)
        return
    with pytest.raises(SettingsError, match=said):
        refuse_second(file, moved, elsewhere=elsewhere)
