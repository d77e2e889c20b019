"""What Dagster keeps of runs, and never removes: runs of long ago with their logs, and what later ticks replaced.

What remains for ever is what a round's page shows: of each asset and partition the newest materialization with its
metadata, and the newest result of each check. A run goes as a whole, rather than its log alone: Dagster would make an
empty file for the log of a run that it still lists, and a UI that had shown it before fails with "no such table".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage

from intel_pipeline.clock import SystemClock
from intel_pipeline.settings import Settings

# Few at a time: whoever writes an event waits for the transaction.
AT_ONCE = 100
SHOWN = (dg.DagsterEventType.ASSET_MATERIALIZATION.value, dg.DagsterEventType.ASSET_OBSERVATION.value)
EVENTS, CHECKS, TAGS = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c, AssetEventTagsTable.c


@dataclass(slots=True)
class Pruned:
    """Runs that were removed, or would be, and those that are kept; files and rows that went, and the files' bytes."""

    removed: int = 0
    kept: int = 0
    files: int = 0
    removed_bytes: int = 0
    rows: int = 0


def prune_folder(settings: Settings, *, dry_run: bool = False) -> Pruned:
    """Prune the data folder's own storage."""
    from intel_pipeline.defs.running import open_instance

    with open_instance(settings) as instance:
        return prune(instance, settings.run_events_days, dry_run=dry_run)


def prune(instance: dg.DagsterInstance, days: int, *, dry_run: bool = False) -> Pruned:
    """Remove runs that ended more than `days` ago, and what has been replaced since; `dry_run`: only tell.

    A run that is queued or at work is never touched, however old. Ages are by the machine's clock, which Dagster
    writes down, also where the pipeline lives by another. Killed at any point, the next call does the rest.
    """
    until = SystemClock().now() - timedelta(days=days)
    old = instance.get_run_ids(dg.RunsFilter(statuses=list(FINISHED_STATUSES), updated_before=until))
    pruned = Pruned(removed=len(old), kept=instance.get_runs_count() - len(old))
    events = instance.event_log_storage
    if not dry_run:
        for run_ids in parts(old):
            # Runs last: what is listed no more would not be found again.
            if isinstance(events, SqlEventLogStorage):
                pruned.rows += remove_steps(events, run_ids)
            for run_id in run_ids:
                instance.run_storage.delete_run(run_id)
        if isinstance(events, SqlEventLogStorage):
            pruned.rows += remove_replaced(events, until)
    if isinstance(events, SqliteEventLogStorage):
        for log in logs_of_nobody(instance, events, until, set(old)):
            pruned.files += 1
            pruned.removed_bytes += sum(file.stat().st_size for file in log if file.exists())
            for file in () if dry_run else log:
                file.unlink(missing_ok=True)
    return pruned


def parts(run_ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield a few runs at a time."""
    rest = iter(run_ids)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def remove_steps(storage: SqlEventLogStorage, run_ids: Sequence[str]) -> int:
    """Remove from the log that runs share all of these runs but what their assets' pages show."""
    gone = sa.and_(EVENTS.run_id.in_(run_ids), EVENTS.dagster_event_type.is_distinct_from(SHOWN[0]))
    with storage.index_connection() as connection:
        statement = sa.delete(SqlEventLogStorageTable).where(gone, EVENTS.dagster_event_type.is_distinct_from(SHOWN[1]))
        return connection.execute(statement).rowcount


def remove_replaced(storage: SqlEventLogStorage, until: datetime) -> int:
    """Remove materializations and results of checks of before `until` that a later one of the partition replaced."""
    # As Dagster writes them: in UTC, without saying so.
    before = until.replace(tzinfo=None)
    newest = sa.select(sa.func.max(EVENTS.id)).where(EVENTS.dagster_event_type == SHOWN[0])
    newest = newest.group_by(EVENTS.asset_key, EVENTS.partition)
    replaced = sa.and_(EVENTS.dagster_event_type == SHOWN[0], EVENTS.timestamp < before, EVENTS.id.not_in(newest))
    last = sa.select(sa.func.max(CHECKS.id)).group_by(CHECKS.asset_key, CHECKS.check_name, CHECKS.partition)
    outdated = sa.and_(CHECKS.create_timestamp < before, CHECKS.id.not_in(last))
    with storage.index_connection() as connection:
        tags = TAGS.event_id.in_(sa.select(EVENTS.id).where(replaced))
        connection.execute(sa.delete(AssetEventTagsTable).where(tags))
        removed = connection.execute(sa.delete(SqlEventLogStorageTable).where(replaced)).rowcount
        return removed + connection.execute(sa.delete(AssetCheckExecutionsTable).where(outdated)).rowcount


def logs_of_nobody(
    instance: dg.DagsterInstance, storage: SqliteEventLogStorage, until: datetime, old: set[str]
) -> Iterator[list[Path]]:
    """Yield the files of each log whose run is `old`, or listed no more and silent since `until`.

    Dagster leaves a run's log behind when somebody deletes the run in the UI. A run is listed before it has a log.
    """
    index = Path(storage.path_for_shard(INDEX_SHARD_NAME))
    listed = set(instance.get_run_ids()) - old
    for log in sorted(index.parent.glob("*.db")):
        if log != index and log.stem not in listed:
            files = [log, *(log.with_name(f"{log.name}-{end}") for end in ("wal", "shm"))]
            if log.stem in old or max(file.stat().st_mtime for file in files if file.exists()) < until.timestamp():
                yield files
