"""Numbered migrations of the warehouse, applied in order and once each."""

from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from intel_pipeline.errors import DamagedFileError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def migrations() -> Iterator[tuple[int, str]]:
    """Yield the number and the SQL of each migration, in order."""
    for file in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield int(file.name.split("_")[0]), file.read_text(encoding="utf-8")


def migrate(connection: "DuckDBPyConnection") -> None:
    """Apply what the file lacks, each migration in a transaction of its own.

    Raises DamagedFileError for a file that a newer version wrote.
    """
    connection.execute("create table if not exists schema_migrations (number integer not null)")
    applied = connection.execute("select coalesce(max(number), 0) from schema_migrations").fetchall()[0][0]
    known = list(migrations())
    if applied > known[-1][0]:
        problem = f"the warehouse has schema {applied}, and this program knows {known[-1][0]} at most"
        raise DamagedFileError(problem, "use the newer version of intel_pipeline that wrote it")
    for number, sql in known:
        if number > applied:
            connection.begin()
            connection.execute(sql)
            connection.execute("insert into schema_migrations values (?)", [number])
            connection.commit()
