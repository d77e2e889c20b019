from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.warehouse.course import Course, course


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    settings = load_settings(data_dir=tmp_path / "data", session="desk")
    settings.make_directories()
    clock = VirtualClock(datetime(2026, 11, 1, 6, tzinfo=UTC))
    made = Pipeline(settings, clock, open_registry(settings.registry_location, clock))
    yield made
    made.registry.close()


@pytest.fixture
def lived(pipeline: Pipeline) -> Course:
    """A course of days over three targets that nothing was captured of yet."""
    return course(pipeline.registry, pipeline.settings.lake_dir, targets=3, followers=60, seed=4)
