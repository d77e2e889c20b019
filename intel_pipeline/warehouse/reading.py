"""The readers' side: one publication, whole, for as long as a reader holds it, and nothing else within reach."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.errors import IntelError
from intel_pipeline.warehouse.publication import newest_of
from intel_pipeline.warehouse.writer import connected

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What DuckDB may hold before it spills; with the process around it and what it does not count, that is twice as much.
MEMORY = "192MB"


class QueryError(IntelError):
    """A query that DuckDB refused, or nothing to query yet."""

    exit_code = 12


@contextmanager
def reading(publication: Path) -> Iterator[tuple["DuckDBPyConnection", Path]]:
    """Yield a connection to the newest generation of `publication`, and that generation's path.

    What is queried through it reaches neither files nor network, nor this program's own variables. Raises QueryError
    where nothing has been published.
    """
    with open_generation(publication) as (connection, generation):
        shut(connection)
        yield connection, generation


@contextmanager
def reading_into(publication: Path, folder: Path) -> Iterator[tuple["DuckDBPyConnection", Path]]:
    """As `reading`, in bounded memory; files in `folder` can be written, and what is too much for the memory spills there."""
    with open_generation(publication) as (connection, generation):
        connection.execute(f"set memory_limit = '{MEMORY}'")
        # A second thread writes its part while the first one's is not done, and holds all of it until then.
        connection.execute("set threads = 1")
        connection.execute("set temp_directory = $1", [str(folder / "spill")])
        connection.execute("set allowed_directories = $1", [[str(folder)]])
        connection.execute("set enable_progress_bar = true")
        connection.execute("set enable_progress_bar_print = false")
        shut(connection)
        yield connection, generation


@contextmanager
def open_generation(publication: Path) -> Iterator[tuple["DuckDBPyConnection", Path]]:
    """Open the generation that `publication` points to, by its own path: DuckDB caches files by path."""
    import duckdb

    generation = newest_of(publication)
    if generation is None:
        problem = "nothing has been published yet"
        raise QueryError(problem, "run `intel-pipeline capture` (or `intel-pipeline demo`) first")
    with ExitStack() as stack:
        while True:
            try:
                connection = stack.enter_context(connected(generation, read_only=True))
                break
            except duckdb.IOException:
                # Between the two steps so many may be published that this one's name is gone; then there is a newer.
                newer = newest_of(publication)
                if generation.exists() or newer in (None, generation):
                    raise
                generation = newer
        yield connection, generation


def shut(connection: "DuckDBPyConnection") -> None:
    """Let nothing that is queried reach a file, the network, this program's variables, or these settings."""
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
