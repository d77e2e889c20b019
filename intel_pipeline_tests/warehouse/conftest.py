import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.warehouse.writer import bring_up_to_date
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
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lived(pipeline: Pipeline) -> Course:
    """A course of days over three targets that nothing was captured of yet."""
    return course(pipeline.registry, pipeline.settings.lake_dir, targets=3, followers=60, seed=4)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that holds nothing, to be copied: making one costs a third of a second."""
    file = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    bring_up_to_date(file)
    return file


@pytest.fixture
def file(tmp_path: Path, migrated: Path) -> Path:
    """A warehouse that holds nothing."""
    return Path(shutil.copyfile(migrated, tmp_path / "warehouse.duckdb"))
