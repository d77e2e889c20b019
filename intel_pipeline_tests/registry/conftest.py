from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.registry.models import Target
from intel_pipeline.registry.store import Registry
from intel_pipeline_tests.conftest import new_registry


@pytest.fixture(params=["sqlite", "postgresql"])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a registry; every test that uses one runs on both databases."""
    yield from new_registry(request, tmp_path)


@pytest.fixture
def nasa(registry: Registry) -> Target:
    return registry.targets.add("nasa", None, None)
