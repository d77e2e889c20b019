import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from intel_pipeline.changes.evidence import change_id
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.capture_queries import Reading
from intel_pipeline.registry.engine import engine_for
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.models import Base
from intel_pipeline.registry.schema import HEAD, MIGRATIONS, version
from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.postgresql import Server

CAPTURE_OF_0001 = """
insert into captures (capture_id, target, surface, origin, started_at, finished_at, verdict, reasons, distinct_count)
values ('old', 'nasa', 'followers', 'simulator', :moment, :moment, 'complete', '["why"]', 3)
"""
REQUEST_OF_0003 = "insert into requests (session, bucket, sent_at) values ('desk', 'other', :moment)"
OF_0004 = (
    "insert into targets (label, username, state, added_at) values ('nasa', 'nasa', 'active', :moment)",
    "insert into sessions (name, username) values ('desk', 'plain.viewer')",
    """
    insert into captures (capture_id, target, surface, origin, started_at, reasons)
    values ('begun', 'nasa', 'followers', 'simulator', :moment, '[]')
    """,
)
# The loss as its id was made then: blake2b of target, kind, follower and the capture in which it first showed.
SETTLEMENT_OF_0007 = """
insert into settlements (change_id, target, user_id, cause, looked_up_at)
values ('cea300e816d1aee53cfc6a56', 'nasa', 7, 'deactivated', :moment)
"""
OPEN = """
import sys
from intel_pipeline.clock import SystemClock
from intel_pipeline.registry.schema import HEAD, MIGRATIONS, version
from intel_pipeline.registry.store import open_registry
print("ready", flush=True)
sys.stdin.readline()
open_registry(sys.argv[1], SystemClock()).close()
print("opened", flush=True)
"""


@contextmanager
def migrating(engine: Engine) -> Iterator[tuple[Connection, Config]]:
    """Yield a connection, and what Alembic is told to move its schema up and down."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        yield connection, config


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.database()


def test_a_fresh_registry_has_exactly_the_tables_of_the_models(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert version(registry.engine) == HEAD == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_a_registry_of_a_newer_program_is_refused_and_left_alone(
    registry: Registry, registry_url: str, clock: VirtualClock
) -> None:
    with registry.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(DamagedFileError, match="written by a newer program: this one knows the schema 0011 at most"):
        open_registry(registry_url, clock)
    assert version(registry.engine) == "0099"


def test_a_registry_of_the_first_schema_keeps_its_captures_and_knows_no_evidence_of_them(
    empty_url: str, clock: VirtualClock
) -> None:
    with migrating(engine := engine_for(empty_url)) as (connection, config):
        command.upgrade(config, "0001")
        connection.execute(text(CAPTURE_OF_0001), {"moment": "2026-11-24 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(empty_url, clock)
    (old,) = registry.captures.newest(None, None, 9)
    assert (old.verdict, old.reasons, old.distinct_count) == ("complete", ["why"], 3)
    evidence = (old.ended, old.limited, old.broken, old.gap_low, old.gap_high, old.missing_count, old.missing_limit)
    assert evidence == (None,) * 7
    assert old.held is False
    with migrating(registry.engine) as (connection, config):
        command.downgrade(config, "0001")
        assert connection.execute(text("select distinct_count from captures")).all() == [(3,)]
    registry.close()


def test_what_was_there_before_sessions_were_assigned_is_read_by_any_and_no_session_is_used_unasked(
    empty_url: str, clock: VirtualClock
) -> None:
    with migrating(engine := engine_for(empty_url)) as (connection, config):
        command.upgrade(config, "0004")
        for insertion in OF_0004:
            connection.execute(text(insertion), {"moment": "2026-11-24 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(empty_url, clock)
    assert registry.targets.get("nasa").session is None
    assert registry.captures.begun("followers") == {"nasa": Reading(None, None)}
    assert registry.sessions.uses() == {}
    assert registry.sessions.uses("desk") == {"desk": "any"}
    registry.sessions.welcome("desk", "plain.viewer")
    assert registry.sessions.uses() == {"desk": "any"}
    with migrating(registry.engine) as (connection, config):
        command.downgrade(config, "0004")
        assert connection.execute(text("select username from sessions")).all() == [("plain.viewer",)]
    registry.close()


def test_what_was_looked_up_before_changes_got_other_ids_is_known_by_the_new_one(
    empty_url: str, clock: VirtualClock
) -> None:
    with migrating(engine := engine_for(empty_url)) as (connection, config):
        command.upgrade(config, "0001")
        connection.execute(text(CAPTURE_OF_0001), {"moment": "2026-11-24 06:00:00.000000"})
        command.upgrade(config, "0007")
        connection.execute(text(SETTLEMENT_OF_0007), {"moment": "2026-11-25 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(empty_url, clock)
    (settled,) = registry.settlements.of(["nasa"])
    assert (settled.change_id, settled.cause) == (change_id("nasa", "left", 7, "old"), "deactivated")
    with migrating(registry.engine) as (connection, config):
        command.downgrade(config, "0007")
        assert connection.execute(text("select change_id from settlements")).all() == [("cea300e816d1aee53cfc6a56",)]
    registry.close()


def test_requests_of_an_older_schema_go_on_counting(empty_url: str, clock: VirtualClock) -> None:
    with migrating(engine := engine_for(empty_url)) as (connection, config):
        command.upgrade(config, "0003")
        connection.execute(text(REQUEST_OF_0003), {"moment": "2026-11-24 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(empty_url, clock)
    limits = RateLimits(window=1, hour=9, day=200, interval=2)
    assert registry.ledger.wait(Wanted("desk", "other"), limits).limit == "window"
    assert [one.spent for one in registry.ledger.spending("desk", limits)] == [1, 1, 0]
    registry.close()


def test_processes_that_open_a_new_folder_at_once_all_find_a_registry(empty_url: str) -> None:
    command = [sys.executable, "-c", OPEN, empty_url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0] for process in started]
    assert told == ["opened\n"] * 3


def test_moments_come_back_aware_and_in_utc_whatever_zone_they_were_given_in(
    registry: Registry, clock: VirtualClock
) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    moment = (clock.now() + timedelta(hours=1)).astimezone(kathmandu)
    registry.sessions.cool("desk", moment)
    found = registry.sessions.state("desk").cooling_until
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC
    assert found.replace(tzinfo=None) == datetime(2026, 11, 24, 7)  # noqa: DTZ001  the digits as stored


@pytest.mark.parametrize("registry_url", ["sqlite"], indirect=True)
def test_readers_and_a_writer_work_at_once_and_a_commit_is_durable(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        told = {
            pragma: connection.execute(text(f"PRAGMA {pragma}")).scalar()
            for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "foreign_keys": 1}
