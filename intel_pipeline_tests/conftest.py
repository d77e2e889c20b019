from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock

# How long an example takes says something of the machine, and of what else it does; benchmarks measure speed.
settings.register_profile("here", deadline=None)
settings.load_profile("here")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 11, 24, 6, tzinfo=UTC))


@pytest.fixture
def registry(tmp_path: Path, clock: VirtualClock) -> Iterator[Registry]:
    opened = open_registry(f"sqlite:///{tmp_path / 'registry.db'}", clock)
    yield opened
    opened.close()
