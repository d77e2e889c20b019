"""Opening the registry: the engine, its pragmas and its migrations."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from intel_pipeline.clock import Clock
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.ledger import Ledger
from intel_pipeline.registry.rounds import Rounds
from intel_pipeline.registry.sessions import Sessions
from intel_pipeline.registry.settlements import Settlements
from intel_pipeline.registry.targets import Targets

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0007"


@dataclass(frozen=True, slots=True)
class Registry:
    """The truth about targets, rounds, captures, sessions, requests and settlements, shared by all processes."""

    engine: Engine
    targets: Targets
    rounds: Rounds
    captures: Captures
    sessions: Sessions
    ledger: Ledger
    settlements: Settlements

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_registry(url: str, clock: Clock) -> Registry:
    """Open the registry at the SQLAlchemy `url`, migrated to this program's schema."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_pragmas)
    migrate(engine)
    return Registry(
        engine=engine,
        targets=Targets(engine, clock),
        rounds=Rounds(engine, clock),
        captures=Captures(engine, clock),
        sessions=Sessions(engine, clock),
        ledger=Ledger(engine, clock),
        settlements=Settlements(engine, clock),
    )


def set_pragmas(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Let readers and one writer work at once, and let a second writer wait rather than fail."""
    del record
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrate(engine: Engine) -> None:
    """Bring the schema up to HEAD, or raise DamagedFileError for a registry that a newer program wrote."""
    if version(engine) == HEAD:
        return
    # Alembic costs 0.3 s to import, which every run would pay.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    # Two processes that both find a new folder must not both make the tables.
    lock = FileLock(f"{engine.url.database}.lock") if engine.dialect.name == "sqlite" else nullcontext()
    with lock, engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            problem = f"the registry was written by a newer program: this one knows the schema {HEAD} at most"
            raise DamagedFileError(problem, "use the newer version of intel_pipeline") from error


def version(engine: Engine) -> str | None:
    """Return the registry's schema version, None for a new one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found
