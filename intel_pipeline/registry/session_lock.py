"""One process at a time: looking at a session's requests and writing the next one down must be one step."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def alone(engine: Engine, session: str) -> Iterator[Connection]:
    """Yield a transaction in which no other process is let in for `session`; keep it short.

    SQLite lets one writer in at a time, if it says from the start that it will write. PostgreSQL is asked for a lock
    by the session's name, since there need not be a row of it.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"ledger {session}"})
        yield connection
        # Where something was raised, closing the connection rolls back, and lets the next one in.
        connection.commit()
