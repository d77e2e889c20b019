from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intel_pipeline.registry.store import Registry, open_registry
from intel_pipeline.simulator.clock import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 11, 24, 6, tzinfo=UTC))


@pytest.fixture
def registry(tmp_path: Path, clock: VirtualClock) -> Iterator[Registry]:
    opened = open_registry(f"sqlite:///{tmp_path / 'registry.db'}", clock)
    yield opened
    opened.close()
