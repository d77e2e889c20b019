import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.models import Base
from intel_pipeline.registry.store import HEAD, MIGRATIONS, Registry, open_registry, version
from intel_pipeline.simulator.clock import VirtualClock

CAPTURE_OF_0001 = """
insert into captures (capture_id, target, surface, origin, started_at, finished_at, verdict, reasons, distinct_count)
values ('old', 'nasa', 'followers', 'simulator', :moment, :moment, 'complete', '["why"]', 3)
"""
REQUEST_OF_0003 = "insert into requests (session, bucket, sent_at) values ('desk', 'other', :moment)"
OPEN = """
import sys
from intel_pipeline.clock import SystemClock
from intel_pipeline.registry.store import open_registry
print("ready", flush=True)
sys.stdin.readline()
open_registry(sys.argv[1], SystemClock()).close()
print("opened", flush=True)
"""


def test_a_fresh_registry_has_exactly_the_tables_of_the_models(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert version(registry.engine) == HEAD == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_a_registry_of_a_newer_program_is_refused_and_left_alone(
    registry: Registry, tmp_path: Path, clock: VirtualClock
) -> None:
    with registry.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(DamagedFileError, match="written by a newer program: this one knows the schema 0007 at most"):
        open_registry(f"sqlite:///{tmp_path / 'registry.db'}", clock)
    assert version(registry.engine) == "0099"


def test_a_registry_of_the_first_schema_keeps_its_captures_and_knows_no_evidence_of_them(
    tmp_path: Path, clock: VirtualClock
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with (engine := create_engine(url)).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(CAPTURE_OF_0001), {"moment": "2026-11-24 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(url, clock)
    (old,) = registry.captures.newest(None, None, 9)
    assert (old.verdict, old.reasons, old.distinct_count) == ("complete", ["why"], 3)
    evidence = (old.ended, old.limited, old.broken, old.gap_low, old.gap_high, old.missing_count, old.missing_limit)
    assert evidence == (None,) * 7
    assert old.held is False
    with registry.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        assert connection.execute(text("select distinct_count from captures")).all() == [(3,)]
    registry.close()


def test_requests_of_an_older_schema_go_on_counting(tmp_path: Path, clock: VirtualClock) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with (engine := create_engine(url)).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(text(REQUEST_OF_0003), {"moment": "2026-11-24 06:00:00.000000"})
    engine.dispose()
    registry = open_registry(url, clock)
    limits = RateLimits(window=1, hour=9, day=200, interval=2)
    assert registry.ledger.wait(Wanted("desk", "other"), limits).limit == "window"
    assert [one.spent for one in registry.ledger.spending("desk", limits)] == [1, 1, 0]
    registry.close()


def test_processes_that_open_a_new_folder_at_once_all_find_a_registry(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    command = [sys.executable, "-c", OPEN, url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=60)[0] for process in started]
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


def test_readers_and_a_writer_work_at_once_and_a_commit_is_durable(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        told = {
            pragma: connection.execute(text(f"PRAGMA {pragma}")).scalar()
            for pragma in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "foreign_keys": 1}
