"""The process that learns from follower lists beside the one that lands."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from intel_pipeline.errors import ServiceError
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse import learner
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline_tests.warehouse.course import Course
from intel_pipeline_tests.warehouse.folder import everything, landed, quiet

DAYS = 4


@pytest.fixture
def captures(pipeline: Pipeline, lived: Course, monkeypatch: pytest.MonkeyPatch) -> list[Capture]:
    """Captures of some days, which from now on are enough to be learned from in a process of its own."""
    captures = []
    for of_day in lived.days(DAYS):
        landed(pipeline, pipeline.settings.warehouse_file, of_day)
        captures += of_day
    monkeypatch.setattr(learner, "FEW", 1)
    return captures


def test_what_is_learned_in_a_process_of_its_own_is_what_is_learned_in_this_one(
    pipeline: Pipeline, captures: list[Capture], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    apart, here = (tmp_path / name for name in ("apart.duckdb", "here.duckdb"))
    assert rebuild(pipeline, apart, quiet).captures == len(captures)
    monkeypatch.setattr(learner, "FEW", len(captures) + 1)
    rebuild(pipeline, here, quiet)
    assert everything(apart) == everything(here)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["apart.duckdb", "here.duckdb"]


def test_what_learning_raises_in_a_process_of_its_own_is_raised_where_it_was_asked_for(
    pipeline: Pipeline, captures: list[Capture], tmp_path: Path
) -> None:
    with learner.learning(len(captures)) as learns:
        with pytest.raises(FileNotFoundError, match="nowhere"):
            learns(pipeline.settings.lake_dir, tmp_path / "nowhere", lists_of(captures), compared=True)
        # And it goes on.
        assert learns(pipeline.settings.lake_dir, tmp_path, {}, compared=True) == ([], [])


def test_it_is_this_program_that_learns_wherever_it_is_started(
    pipeline: Pipeline, captures: list[Capture], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("intel_pipeline/__init__.py", "pickle.py", "polars.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError(__file__)")
    monkeypatch.chdir(tmp_path)
    with learner.learning(len(captures)) as learns:
        assert learns(pipeline.settings.lake_dir, tmp_path, {}, compared=True) == ([], [])


def test_a_process_that_is_ended_from_outside_is_told_of(
    pipeline: Pipeline, captures: list[Capture], tmp_path: Path
) -> None:
    with learner.learning(len(captures)) as learns:
        (process,) = learns.args
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(ServiceError, match="ended from outside") as caught:
            learns(pipeline.settings.lake_dir, tmp_path, lists_of(captures), compared=True)
    assert "nothing is lost" in caught.value.fix


def test_nobody_waits_for_what_is_learned_when_the_one_who_asked_has_failed(
    pipeline: Pipeline, captures: list[Capture], tmp_path: Path
) -> None:
    file = tmp_path / "folder" / "made.duckdb"
    file.parent.mkdir()
    with pytest.raises(ZeroDivisionError):
        ask_and_fail(pipeline.settings.lake_dir, file, captures)
    assert not [*file.parent.iterdir()]


def ask_and_fail(lake: Path, file: Path, captures: list[Capture]) -> None:
    """Ask thrice what captures teach, and fail before anything is answered."""
    with learner.learner(lake, file, len(captures), compared=True) as asked:
        for _ in range(3):
            asked.ask(lists_of(captures))
        raise ZeroDivisionError


def test_a_process_that_learns_loads_neither_the_registry_nor_the_warehouse() -> None:
    loaded = f"import sys, {learner.MODULE}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)  # noqa: S603  ours
    assert not {"sqlalchemy", "duckdb", "pandera", "dagster"} & {*done.stdout.split()}


def lists_of(captures: list[Capture]) -> dict[str, list[Capture]]:
    """Return the latest follower list of each target."""
    return {one.target: [one] for one in captures if one.surface == "followers" and one.snapshot}
