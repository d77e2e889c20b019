"""Moving a registry from its SQLite file to PostgreSQL, whole: a ledger left behind would be a budget spent twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, insert, select, text
from sqlalchemy.exc import OperationalError

from intel_pipeline.clock import Clock
from intel_pipeline.errors import BusyError, SettingsError
from intel_pipeline.registry.address import VARIABLE
from intel_pipeline.registry.models import Base, Request
from intel_pipeline.registry.session_lock import lock
from intel_pipeline.registry.store import open_registry

ROWS = 5_000
NUMBER_ON = tuple(
    text(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table}))")  # noqa: S608  ours
    for table, column in (("requests", "request_id"), ("audit", "audit_id"))
)


def refuse_second(file: Path, moved: Path, *, elsewhere: bool) -> None:
    """Raise SettingsError where a data folder would have two registries, each with a ledger of its own.

    `file` and `moved`: its SQLite registry, before and after a move. `elsewhere`: whether PostgreSQL is set.
    """
    if elsewhere and file.exists():
        problem = f"{VARIABLE} is set, and the data folder has a registry of its own: {file}"
        fix = "take it along with `intel-pipeline registry move`; if it is worth nothing, remove the file"
        raise SettingsError(problem, fix)
    if not elsewhere and moved.exists() and not file.exists():
        problem = f"the registry of {file.parent} has moved to PostgreSQL, and {VARIABLE} is not set"
        fix = f"set {VARIABLE} as it was; to go back to what was known before the move, rename {moved.name} to {file.name}"
        raise SettingsError(problem, fix)


def move(file: Path, moved: Path, url: str | URL, clock: Clock) -> dict[str, int]:
    """Copy every row of the SQLite registry `file` to the empty PostgreSQL one at `url`, then rename it to `moved`.

    Returns the rows per table. All or nothing; a move that was killed is finished by another. Raises SettingsError
    where there is nothing to move or something there already, BusyError while another process uses the file.
    """
    if not file.exists():
        problem = f"there is no registry to move: {file} does not exist"
        raise SettingsError(problem, "nothing: with the URL set, PostgreSQL is used from the first command on")
    open_registry(f"sqlite:///{file}", clock).close()
    target = open_registry(url, clock)
    try:
        with unused(file) as source, target.engine.begin() as connection:
            lock(connection, "move")
            moving, there = rows(source), rows(connection)
            # What is there is what a move has left that was killed before it could rename the file.
            if not any(there.values()):
                copy(source, connection)
            elif there != moving:
                problem = f"the {target.place} holds a registry already, and not this one"
                raise SettingsError(problem, f"name an empty database in {VARIABLE}")
        file.rename(moved)
    finally:
        target.close()
    return moving


@contextmanager
def unused(file: Path) -> Iterator[Connection]:
    """Yield a connection to an SQLite file that nobody else has open, nor can open meanwhile; or raise BusyError."""
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 1})
    try:
        with engine.connect() as connection:
            try:
                # Leaving WAL takes being alone, and puts all that was committed into the one file.
                connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            except OperationalError as error:
                problem = f"another process uses {file}"
                raise BusyError(
                    problem, "stop Dagster and every command on this data folder, then try again"
                ) from error
            yield connection
    finally:
        engine.dispose()


def rows(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, and under 'newest request' the last one's number."""
    tables = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }
    return tables | {"newest request": connection.execute(select(func.max(Request.request_id))).scalar() or 0}


def copy(source: Connection, target: Connection) -> None:
    """Copy all rows, and let requests and the audit be numbered on from there."""
    for table in Base.metadata.sorted_tables:
        for part in source.execute(select(table)).mappings().partitions(ROWS):
            target.execute(insert(table), [dict(row) for row in part])
    for statement in NUMBER_ON:
        target.execute(statement)
