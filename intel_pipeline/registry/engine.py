"""Engines: how a process talks to SQLite and to PostgreSQL."""

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from intel_pipeline.errors import SettingsError
from intel_pipeline.registry.address import VARIABLE, address_of
from intel_pipeline.registry.failures import translate

# For how long a second writer waits for the first.
PATIENCE = 30
PRAGMAS = (f"busy_timeout={PATIENCE * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
# A connection that says nothing is given up by both ends: the server frees the lock of a machine that has vanished, and
# the machine notices a server that has. (Seconds, but for the milliseconds of `tcp_user_timeout`.)
SILENCE: dict[str, object] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "application_name": "intel_pipeline",
}
MANNERS = f"""
    SELECT set_config('lock_timeout', '{PATIENCE}s', false), set_config('statement_timeout', '120s', false),
           set_config('idle_in_transaction_session_timeout', '60s', false)
"""
# What was sent must be on the ledger's disk; a server that waits for more than that goes on doing so.
DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


def engine_for(url: str | URL) -> Engine:
    """Return an engine for the registry at `url`; raise SettingsError for one that cannot be there."""
    if str(url).startswith("sqlite"):
        engine = create_engine(make_url(url), hide_parameters=True)
        event.listen(engine, "connect", set_pragmas)
        return engine
    return postgresql_engine(url if isinstance(url, URL) else address_of(url))


def postgresql_engine(address: URL) -> Engine:
    """Return an engine for PostgreSQL, whose failures are errors of ours and show no parameters."""
    try:
        engine = create_engine(
            address,
            isolation_level="READ COMMITTED",
            # A process uses one connection, and a few more where it has threads; a hundred is all that a server has.
            pool_size=2,
            max_overflow=8,
            pool_use_lifo=True,
            # The server may have been started anew since a connection was used last.
            pool_pre_ping=True,
            connect_args={name: value for name, value in SILENCE.items() if name not in address.query},
            # Parameters are people's names.
            hide_parameters=True,
        )
    except ImportError as error:
        problem = f"{VARIABLE} is set, and the driver for PostgreSQL is not installed"
        raise SettingsError(problem, "install it: `pip install 'intel-pipeline[postgresql]'`") from error
    event.listen(engine, "connect", set_manners)
    event.listen(engine, "handle_error", translate)
    return engine


def set_pragmas(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Let readers and one writer work at once, and let a second writer wait rather than fail."""
    del record
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def set_manners(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Let nobody wait for ever, neither this process nor those that it keeps waiting; let a commit be durable."""
    del record
    cursor = connection.cursor()
    cursor.execute(MANNERS)
    cursor.execute(DURABLE)
    cursor.close()
    connection.commit()
