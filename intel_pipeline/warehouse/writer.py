"""The writers' side of the warehouse: one at a time, everything or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from intel_pipeline.disk import naming_full_disk
from intel_pipeline.errors import BusyError
from intel_pipeline.replacement import sweep
from intel_pipeline.warehouse.schema import Migration, migrate

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

PATIENCE = 120.0
# Whatever is appended writes the last row group of a table anew, so DuckDB's own size, 122,880 rows, is dear for a few
# targets; and each row group costs whatever goes through a table, so half of this is dear for hundreds of them.
ROW_GROUP = 32_768
# Bytes, of a new file; one that is there keeps its own. What is open of a block when a transaction ends stays empty, and a
# piece of a column that is not to be cut fills it badly: of DuckDB's own size, 262,144, a third of all bytes are lost.
# Into less than this DuckDB does not pack numbers any longer (ADR 0020).
BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction on the warehouse, or on a file that is `being_made` and thrown away if that fails.

    Into the latter whole targets are landed, each capture once: nothing of theirs is there to be replaced or looked up.
    """

    connection: "DuckDBPyConnection"
    being_made: bool = False

    def query(self, sql: str, *values: object, **frames: "pl.DataFrame") -> "pl.DataFrame":
        """Return the rows of a query that may refer to `frames` by their names."""
        with self.registered(frames):
            rows: pl.DataFrame = self.connection.sql(sql, params=list(values)).pl()
        return rows

    def rows(self, sql: str, *values: object, **frames: "pl.DataFrame") -> list[tuple[Any, ...]]:
        """Return the rows of a query as tuples."""
        with self.registered(frames):
            return self.connection.execute(sql, list(values)).fetchall()

    def run(self, sql: str, *values: object, **frames: "pl.DataFrame") -> None:
        """Run a statement that may refer to `frames` by their names."""
        with self.registered(frames):
            self.connection.execute(sql, list(values))

    @contextmanager
    def registered(self, frames: Mapping[str, "pl.DataFrame"]) -> Iterator[None]:
        """Let statements in here refer to `frames` by their names."""
        for name, frame in frames.items():
            self.connection.register(name, frame)
        yield
        # Not where something was raised: an aborted transaction would refuse, and hide why.
        for name in frames:
            self.connection.unregister(name)

    def lighten(self) -> None:
        """Write down what was done so far to a file that is being made: until then DuckDB holds it, beyond its limit."""
        if self.being_made:
            self.connection.commit()
            self.connection.begin()

    def append(self, table: str, rows: "pl.DataFrame") -> None:
        """Add `rows` to `table`."""
        if rows.height:
            self.run(f"insert into {table} by name select * from fresh", fresh=rows)  # noqa: S608  our own names

    def put(self, table: str, rows: "pl.DataFrame", column: str, values: Sequence[str]) -> None:
        """Put `rows` in the place of those rows of `table` that have one of these values in a column."""
        import polars as pl

        if not self.being_made:
            asked = pl.DataFrame({column: values}, schema={column: pl.String()})
            self.run(f"delete from {table} where {column} in (from asked)", asked=asked)  # noqa: S608  our own names
        self.append(table, rows)


@contextmanager
def writing(file: Path) -> Iterator[Transaction]:
    """Yield a transaction on the warehouse `file`, committed at the end or rolled back.

    Waits for another writer; raises BusyError where that takes long, or where someone opened the file itself.
    """
    with naming_full_disk(file.parent), exclusive(file), connected(file) as connection:
        migrate(connection)
        connection.begin()
        try:
            yield Transaction(connection)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def bring_up_to_date(file: Path) -> list[Migration]:
    """Give the warehouse the schema of this program; return the migrations that it lacked. Raises as `writing` does."""
    with naming_full_disk(file.parent), exclusive(file), connected(file) as connection:
        return migrate(connection)


@contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Hold the writers' lock."""
    lock = FileLock(file.with_suffix(".lock"))
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout as error:
        problem = f"another run has been writing to the warehouse for {PATIENCE:.0f} s"
        raise BusyError(problem, "let it finish, then run this again; nothing is lost") from error
    try:
        # What a rebuild that was killed has left may be large.
        sweep(file.parent)
        yield
    finally:
        lock.release()


@contextmanager
def connected(file: Path, *, read_only: bool = False, logged: bool = True) -> Iterator["DuckDBPyConnection"]:
    """Yield a connection to a warehouse or a publication that is closed whatever happens: an open one locks others out.

    Without being `logged`, what is committed is in the file only once the connection is closed.

    Raises BusyError where another program has opened the file.
    """
    import duckdb

    try:
        connection = duckdb.connect(file, read_only=True) if read_only else attached(file, logged=logged)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        problem = f"another program has opened {file.name}, which belongs to the pipeline"
        raise BusyError(problem, "close it there and open data/intel.duckdb instead, which never blocks") from error
    try:
        connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def attached(file: Path, *, logged: bool = True) -> "DuckDBPyConnection":
    """Return a connection that writes `file` in row groups of ROW_GROUP: only who attaches a file has a say in that.

    A new file is made of blocks of BLOCK bytes.
    """
    import duckdb

    connection = duckdb.connect()
    try:
        # Else whatever does not fit into memory would go into the folder that this program was started in.
        connection.execute(f"set temp_directory = {literal(f'{file}.tmp')}")
        # Not as an option of `attach`, which would refuse an older file.
        connection.execute(f"set default_block_size = {BLOCK}")
        options = f"row_group_size {ROW_GROUP}{'' if logged else ', recovery_mode no_wal_writes'}"
        connection.execute(f"attach {literal(str(file))} as warehouse ({options}); use warehouse")
    except BaseException:
        connection.close()
        raise
    return connection


def literal(text: str) -> str:
    """Return a text as SQL has it, where a parameter is not allowed."""
    return "'" + text.replace("'", "''") + "'"
