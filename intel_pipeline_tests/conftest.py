import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.postgresql import Server, serving

# How long an example takes says something of the machine, and of what else it does; benchmarks measure speed.
settings.register_profile("here", deadline=None)
settings.load_profile("here")

# No test may find the way to somebody's registry, nor to another PostgreSQL than the tests' own.
for name in [name for name in os.environ if name == "INTEL_REGISTRY_URL" or name.startswith("PG")]:
    if name != "PGSERVER_POSTGRES_VERSION":
        del os.environ[name]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 11, 24, 6, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, started when a test first asks for it."""
    with serving() as server:
        yield server


def new_registry(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Yield the URL of a new registry in the database that the test's parameter names, SQLite without one."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{folder / 'registry.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.registry() as url:
        yield url


@pytest.fixture
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a registry: an SQLite file, or where a test says so (indirectly) a PostgreSQL database."""
    yield from new_registry(request, tmp_path)


@pytest.fixture
def registry(registry_url: str, clock: VirtualClock) -> Iterator[Registry]:
    opened = open_registry(registry_url, clock)
    yield opened
    opened.close()
