import os
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.planner import in_flight
from intel_pipeline.defs.pools import wait_for_turn, waiting_or_at_work
from intel_pipeline.defs.running import open_instance, run_tick
from intel_pipeline.settings import load_settings
from intel_pipeline_tests.worlds import small_pipeline

# A run that takes the place in the pool and is killed in the middle of its step.
KILLED = """
import os, signal, sys
from pathlib import Path
import dagster as dg
from intel_pipeline.defs.running import open_instance
from intel_pipeline.settings import load_settings

@dg.asset(pool="instagram")
def profile_snapshots() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

job = dg.Definitions(assets=[profile_snapshots]).resolve_implicit_global_asset_job_def()
job.execute_in_process(instance=open_instance(load_settings(data_dir=Path(sys.argv[1]))))
"""


@pytest.fixture
def killed(tmp_path) -> Iterator[tuple[dg.DagsterInstance, str]]:
    """Dagster's storage of a data folder, and the run in it that was killed while it held the place."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "data")]
    ended = subprocess.run(command, check=False, capture_output=True, env={**os.environ})  # noqa: S603  ours
    assert ended.returncode == -9
    with open_instance(load_settings(data_dir=tmp_path / "data")) as instance:
        yield instance, instance.get_runs()[0].run_id


def test_a_run_that_was_killed_gives_its_place_back_and_is_said_to_have_failed(killed):
    instance, run_id = killed
    assert waiting_or_at_work(instance) == [run_id]
    wait_for_turn(instance, pytest.fail, pytest.fail)
    assert waiting_or_at_work(instance) == []
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.FAILURE


def test_a_tick_goes_on_after_one_that_was_killed(killed, tmp_path):
    instance, _ = killed
    pipeline = small_pipeline(tmp_path, ["open"])
    assert run_tick(pipeline, instance, today(pipeline.clock)).success


def test_a_run_that_is_still_at_work_is_waited_for_and_named(killed, monkeypatch):
    instance, run_id = killed
    monkeypatch.setattr("intel_pipeline.defs.pools.process_alive", lambda _: True)
    told: list[str] = []

    def end_it(_: float) -> None:
        instance.report_run_failed(instance.get_run_by_id(run_id))

    wait_for_turn(instance, end_it, told.append)
    assert told == [f"waiting for the run {run_id} to end"]
    assert waiting_or_at_work(instance) == []


def test_the_planner_ends_a_run_that_died_with_the_code_server_that_had_started_it(killed):
    instance, run_id = killed
    in_flight(instance)
    assert waiting_or_at_work(instance) == [run_id], "a run of a command may be alive elsewhere"
    instance.add_run_tags(run_id, {GRPC_INFO_TAG: "{}"})
    in_flight(instance)
    assert waiting_or_at_work(instance) == []
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.FAILURE


def test_the_planner_gives_the_place_of_a_run_back_that_has_ended(killed):
    instance, run_id = killed
    instance.report_run_failed(instance.get_run_by_id(run_id))
    assert waiting_or_at_work(instance) == [run_id]
    in_flight(instance)
    assert waiting_or_at_work(instance) == []
