"""The registry's schema, brought up to what this program knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, inspect, text

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.session_lock import lock

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0011"
# Where an SQLite file says that it is in WAL mode, and how (https://sqlite.org/fileformat.html, 1.3.3).
WAL_AT, WAL = 18, b"\x02\x02"
# An index on millions of requests takes its time, and whoever waits for it is not stuck.
NO_HURRY = text("SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '10min', true)")


def migrate(engine: Engine) -> None:
    """Bring the schema up to HEAD, or raise DamagedFileError for a registry that a newer program wrote."""
    if opened_before(engine) and version(engine) == HEAD:
        return
    # Alembic costs 0.3 s to import, which every run would pay.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with migrating(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            problem = f"the registry was written by a newer program: this one knows the schema {HEAD} at most"
            raise DamagedFileError(problem, "use the newer version of intel_pipeline") from error


def opened_before(engine: Engine) -> bool:
    """Tell whether a connection hinders nobody: whoever connects to a new SQLite file first switches it to WAL.

    That takes the file for itself, and a second one who tries it meanwhile is refused at once, however patient.
    """
    if engine.dialect.name != "sqlite":
        return True
    file = Path(str(engine.url.database))
    if not file.exists():
        return False
    with file.open("rb") as opened:
        return opened.read(len(WAL) + WAL_AT)[WAL_AT:] == WAL


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Yield a transaction in which nobody else migrates: two that both find nothing must not both make the tables."""
    if engine.dialect.name == "sqlite":
        with FileLock(f"{engine.url.database}.lock"), engine.begin() as connection:
            yield connection
    else:
        with engine.begin() as connection:
            connection.execute(NO_HURRY)
            lock(connection, "migrations")
            yield connection


def version(engine: Engine) -> str | None:
    """Return the registry's schema version, None for a new one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
