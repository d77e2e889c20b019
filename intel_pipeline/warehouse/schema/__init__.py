"""Numbered migrations of the warehouse, applied in order and once each, and never changed afterwards."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from intel_pipeline.errors import DamagedFileError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The table that says what was applied; it is no part of what is derived.
APPLIED = "schema_migrations"
COLUMNS = "select column_name from duckdb_columns() where table_name = 'schema_migrations'"
REBUILD = "`intel-pipeline warehouse rebuild` makes the warehouse anew from lake and registry"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, by its number and the name of its file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The SHA-256 of its text, whose lines may end as the system likes."""
        return hashlib.sha256("\n".join(self.sql.splitlines()).encode()).hexdigest()


def migrations() -> Iterator[Migration]:
    """Yield the migrations, in order."""
    for file in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield Migration(int(file.name.split("_")[0]), file.name, file.read_text(encoding="utf-8"))


def migrate(connection: "DuckDBPyConnection") -> list[Migration]:
    """Apply what the file lacks, each migration in a transaction of its own; return those.

    Raises DamagedFileError for a file that a newer version wrote, or one that was made by a migration whose text is
    another by now: what it holds is not what this program takes it for.
    """
    known = list(migrations())
    applied = applied_to(connection, known)
    refuse_strange(applied, known)
    lacking = [migration for migration in known if migration.number not in applied]
    for migration in lacking:
        connection.begin()
        connection.execute(migration.sql)
        row = [migration.number, migration.checksum]
        connection.execute("insert into schema_migrations (number, checksum, applied_at) values (?, ?, now())", row)
        connection.commit()
    return lacking


def applied_to(connection: "DuckDBPyConnection", known: list[Migration]) -> dict[int, str | None]:
    """Return the checksums of the migrations that were applied to a file, by their numbers.

    A file from before they were kept gets those of the `known` ones, once.
    """
    columns = {name for (name,) in connection.execute(COLUMNS).fetchall()}
    if not columns:
        connection.execute(
            "create table schema_migrations (number integer not null, checksum varchar, applied_at timestamptz)"
        )
    elif "checksum" not in columns:
        adopt(connection, known)
    return dict(connection.execute("select number, checksum from schema_migrations").fetchall())


def adopt(connection: "DuckDBPyConnection", known: list[Migration]) -> None:
    """Keep the checksums of the `known` migrations for a file that was made before they were kept."""
    connection.begin()
    connection.execute("alter table schema_migrations add column checksum varchar")
    connection.execute("alter table schema_migrations add column applied_at timestamptz")
    for migration in known:
        row = [migration.checksum, migration.number]
        connection.execute("update schema_migrations set checksum = ? where number = ?", row)
    connection.commit()


def newest_of(connection: "DuckDBPyConnection") -> int:
    """Return the number of the newest migration that was applied to a file."""
    newest: int = connection.execute("select coalesce(max(number), 0) from schema_migrations").fetchall()[0][0]
    return newest


def refuse_newer(number: int) -> None:
    """Raise DamagedFileError for a file whose newest migration this program does not know."""
    newest = [migration.number for migration in migrations()][-1]
    if number > newest:
        problem = f"the warehouse has schema {number}, and this program knows {newest} at most"
        raise DamagedFileError(problem, "use the newer version of intel_pipeline that wrote it")


def refuse_strange(applied: dict[int, str | None], known: list[Migration]) -> None:
    """Raise DamagedFileError for a file that has a migration which this program does not know, or knows otherwise."""
    refuse_newer(max(applied, default=0))
    for migration in known:
        if migration.number in applied and applied[migration.number] != migration.checksum:
            problem = f"the warehouse was made by another text of {migration.name} than this program's"
            raise DamagedFileError(problem, f"use the version that made it, or {REBUILD}")
