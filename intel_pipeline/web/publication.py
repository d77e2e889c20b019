"""The newest publication, for as many readers at once as there are threads."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.warehouse.publication import GENERATION, newest_of
from intel_pipeline.warehouse.reading import QueryError, open_generation, shut

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Of what a server of 200 MB may take; what is too much for it is an error that names the limit, not a killed server.
MEMORY = "64MB"
# What stays while nobody reads: the system keeps the file's blocks too, and a page reads what it needs in a millisecond.
AT_REST = "1MB"
# DuckDB 2.0 keeps some 40 kB of a query with many joins, until the database is closed; opening it takes 50 ms.
MOST_READINGS = 200


@cache
def query(name: str) -> str:
    """Return the SQL of the named query in `queries/`."""
    return (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Reading:
    """One publication, read by one thread: all that a page shows is of the same moment.

    Statements take turns: of what DuckDB may take, eight pages at once were refused what each of them needs.
    """

    cursor: "DuckDBPyConnection"
    path: Path
    number: int
    published_at: datetime
    turn: threading.Lock

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401  whatever DuckDB takes
        """Return the rows of the named query with its `$parameters`, each by its columns' names."""
        return self.ask(query(name), values)

    def row(self, name: str, **values: Any) -> dict[str, Any] | None:  # noqa: ANN401  whatever DuckDB takes
        """Return the first row of the named query, None where there is none."""
        found = self.rows(name, **values)
        return found[0] if found else None

    def ask(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a statement of ours."""
        with self.turn:
            self.cursor.execute(sql, dict(values))
            names = [column[0] for column in self.cursor.description or ()]
            rows = self.cursor.fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def pieces(self, sql: str, values: Mapping[str, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a statement of ours, `size` at a time, the columns' names before the first."""
        with self.turn:
            self.cursor.execute(sql, dict(values))
            names = tuple(column[0] for column in self.cursor.description or ())
            rows = [names, *self.cursor.fetchmany(size)]
        while rows:
            yield rows
            with self.turn:
                rows = self.cursor.fetchmany(size)


@dataclass(slots=True)
class Generation:
    """One that is open: when it was published, how many read it now, and how many have."""

    connection: "DuckDBPyConnection"
    path: Path
    number: int
    published_at: datetime
    opened: ExitStack
    readers: int = 0
    readings: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Publications:
    """What `name` points to, open for as long as it is the newest or read, and now and then opened anew."""

    name: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _newest: Generation | None = None

    def number(self) -> int | None:
        """Return the newest generation's number without opening it; None where nothing was published."""
        path = newest_of(self.name)
        return None if path is None else number_of(path)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Yield the newest publication; raise QueryError where there is none."""
        generation = self._take()
        try:
            # One each: a connection that threads share refuses some of them.
            with generation.connection.cursor() as cursor:
                yield Reading(cursor, generation.path, generation.number, generation.published_at, generation.turn)
        finally:
            self._give_back(generation)

    def close(self) -> None:
        """Close what is open as soon as nobody reads it."""
        with self._lock:
            self._replace(None)

    def _take(self) -> Generation:
        with self._lock:
            newest = self._newest
            if newest is None or newest.path != newest_of(self.name):
                newest = opened_at(self.name)
                self._replace(newest)
            newest.readers += 1
            newest.readings += 1
            return newest

    def _replace(self, newer: Generation | None) -> None:
        before, self._newest = self._newest, newer
        if before and not before.readers:
            before.opened.close()

    def _give_back(self, generation: Generation) -> None:
        with self._lock:
            generation.readers -= 1
            if generation.readers:
                return
            if generation is not self._newest:
                generation.opened.close()
            elif generation.readings < MOST_READINGS:
                give_back(generation.connection)
            else:
                self._replace(None)


def opened_at(name: Path) -> Generation:
    """Open the newest generation until it is closed; raise QueryError where nothing has been published."""
    with ExitStack() as stack:
        connection, path = stack.enter_context(open_generation(name))
        connection.execute(f"set memory_limit = '{MEMORY}'")
        # Two hold twice as much at once: the overview of 200 targets did not fit into 40 MB, and does with one.
        connection.execute("set threads = 1")
        connection.execute("set timezone = 'UTC'")
        connection.execute("set allowed_configs = ['memory_limit']")
        shut(connection)
        published_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Generation(connection, path, number_of(path), published_at, stack.pop_all())


def give_back(connection: "DuckDBPyConnection") -> None:
    """Let go of what DuckDB keeps of the file, and its allocator of what is free: neither does so by itself."""
    import duckdb

    # Refused where the database itself holds more, whoever reads: then as much is let go of as can be.
    with suppress(duckdb.OutOfMemoryException):
        connection.execute(f"set memory_limit = '{AT_REST}'")
    connection.execute(f"set memory_limit = '{MEMORY}'")


def number_of(path: Path) -> int:
    """Return the number of a generation that lies at `path`."""
    match = GENERATION.fullmatch(path.name)
    if match is None:
        problem = f"{path.name} is no publication's name"
        raise QueryError(problem, "publish anew: `intel-pipeline warehouse rebuild`")
    return int(match.group(1))
