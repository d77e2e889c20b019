"""One process at a time, over all machines that share the registry."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[Connection]:
    """Yield a transaction in which no other process is let in under `name`; keep it short.

    Looking at a session's requests and writing the next one down must be one step. SQLite lets one writer in at a
    time, if it says from the start that it will write. PostgreSQL is asked for a lock by the session's name, since
    there need not be a row of it.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            lock(connection, name)
        yield connection
        # Where something was raised, closing the connection rolls back, and lets the next one in.
        connection.commit()


def lock(connection: Connection, name: str) -> None:
    """Wait until no other transaction of the PostgreSQL database has the lock `name`, and have it until this one ends."""
    connection.execute(LOCK, {"name": f"intel_pipeline {name}"})
