import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.upkeep.run_logs import Forgotten, forget
from intel_pipeline_tests.listed import listed_pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return listed_pipeline(tmp_path / "data")


def printed(pipeline: Pipeline, run: str, when: datetime, text: str = "hello") -> Path:
    """Let a run have printed something last at a moment."""
    folder = pipeline.settings.dagster_dir / "compute_logs" / run
    (folder / "compute_logs").mkdir(parents=True)
    (folder / "compute_logs" / "step.out").write_text(text)
    for path in (folder / "compute_logs" / "step.out", folder / "compute_logs", folder):
        os.utime(path, (when.timestamp(), when.timestamp()))
    return folder


def test_logs_of_runs_that_ended_long_ago_are_removed_and_all_others_kept(pipeline: Pipeline) -> None:
    now, days = pipeline.clock.now(), pipeline.settings.run_logs_days
    old = printed(pipeline, "old", now - timedelta(days=days, minutes=1))
    young = printed(pipeline, "young", now - timedelta(days=days - 1))
    assert forget(pipeline, dry_run=True) == Forgotten(removed=1, removed_bytes=5, kept=1)
    assert old.is_dir()
    assert forget(pipeline) == Forgotten(removed=1, removed_bytes=5, kept=1)
    assert (old.exists(), young.is_dir()) == (False, True)
    assert forget(pipeline) == Forgotten(kept=1)


def test_a_run_that_still_prints_is_as_young_as_its_newest_line(pipeline: Pipeline) -> None:
    now = pipeline.clock.now()
    folder = printed(pipeline, "long", now - timedelta(days=400))
    os.utime(folder / "compute_logs" / "step.out", (now.timestamp(), now.timestamp()))
    assert forget(pipeline) == Forgotten(kept=1)


def test_where_no_run_has_printed_anything_there_is_nothing_to_do(pipeline: Pipeline) -> None:
    assert forget(pipeline) == Forgotten()
