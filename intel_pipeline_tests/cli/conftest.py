from datetime import date
from pathlib import Path

import pytest

from intel_pipeline.defs.running import open_instance
from intel_pipeline.demo import story
from intel_pipeline.settings import load_settings


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty data folder that the commands use."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """A demo's folder with two days in it, its large target paused for speed."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    settings = load_settings(data_dir=folder)
    pipeline = story.prepare(settings, 7, 2, date(2026, 11, 23))
    pipeline.registry.targets.set_state("large", "paused")
    with open_instance(settings) as instance:
        list(story.live(pipeline, instance, 2, date(2026, 11, 23)))
    pipeline.registry.close()
    return folder


@pytest.fixture
def demo(demo_folder, monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("INTEL_DATA_DIR", str(demo_folder))
    monkeypatch.chdir(tmp_path)
    return demo_folder
