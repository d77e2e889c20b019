import os
from datetime import timedelta
from pathlib import Path

import dagster as dg
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from filelock import FileLock
from sqlalchemy.orm import Session

from intel_pipeline.clock import SystemClock
from intel_pipeline.definitions import defs
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.registry.audit import PAGE, Actor, Sought, record
from intel_pipeline.upkeep.run_logs import FOLDER
from intel_pipeline_tests.listed import ListedPipeline, listed_pipeline, next_list
from intel_pipeline_tests.worlds import next_morning


def keep_up(pipeline: ListedPipeline) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return defs.resolve_job_def("upkeep").execute_in_process(
            instance=instance, resources={"pipeline": PipelineResource.given(pipeline)}
        )


def told(result: dg.ExecuteInProcessResult, asset: str = "raw_pages") -> dict[str, int]:
    (materialization,) = result.asset_materializations_for_node(asset)
    return {name: value.value for name, value in materialization.metadata.items()}


def test_a_run_packs_what_is_due_and_tells_the_numbers(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    next_list(pipeline, range(1, 101), 100)
    next_morning(pipeline)
    result = keep_up(pipeline)
    numbers = told(result)
    assert (numbers["packed"], numbers["removed"], numbers["waiting"]) == (2, 0, 0)
    assert numbers["became_bytes"] > 0
    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]


def test_a_journal_that_is_left_alone_fails_a_check_and_no_run(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    capture = next_list(pipeline, range(1, 101), 100)
    (pipeline.settings.lake_dir / str(capture.snapshot)).unlink()
    next_morning(pipeline)
    result = keep_up(pipeline)
    (check,) = result.get_asset_check_evaluations()
    assert (result.success, check.passed, check.severity) == (True, False, dg.AssetCheckSeverity.WARN)
    assert capture.capture_id in str(check.description)


def test_a_run_beside_the_command_leaves_the_work_to_it(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    next_list(pipeline, range(1, 101), 100)
    next_morning(pipeline)
    with FileLock(pipeline.settings.data_dir / "upkeep.lock"):
        assert told(keep_up(pipeline))["packed"] == 0
    assert told(keep_up(pipeline))["packed"] == 2


def test_a_run_removes_what_others_have_printed_long_ago(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    # Where Dagster, of this version, lets the steps of a run print: a change of that makes this test fail first.
    manager = LocalComputeLogManager(str(pipeline.settings.dagster_dir / FOLDER))
    for run, days in (("old", 31), ("young", 29)):
        printed = Path(manager.get_captured_local_path([run, "compute_logs", "tick"], "out"))
        printed.parent.mkdir(parents=True)
        printed.write_text("hello")
        when = pipeline.clock.now().timestamp() - days * 86_400
        for path in (printed, printed.parent, printed.parent.parent):
            os.utime(path, (when, when))
    assert told(keep_up(pipeline), "run_logs") == {"removed": 1, "removed_bytes": 5, "kept": 1}
    assert [path.name for path in (pipeline.settings.dagster_dir / FOLDER).iterdir()] == ["young"]


def test_a_run_removes_what_was_done_a_year_ago_from_the_audit_and_nothing_younger(tmp_path: Path) -> None:
    pipeline = listed_pipeline(tmp_path / "data")
    # More than are removed at once.
    for days, number in ((366, PAGE + 1), (364, 2)):
        at = SystemClock().now() - timedelta(days=days)
        with Session(pipeline.registry.engine) as db, db.begin():
            for _ in range(number):
                record(db, Actor(at, "ada", "command"), f"{days} days ago", None)
    assert told(keep_up(pipeline), "audit") == {"removed": PAGE + 1}
    assert [entry.what for entry in pipeline.registry.audit.all(Sought())] == ["364 days ago"] * 2
    assert told(keep_up(pipeline), "audit") == {"removed": 0}
