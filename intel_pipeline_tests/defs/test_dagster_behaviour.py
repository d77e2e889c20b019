"""What this project leans on in Dagster that is in preview, undocumented or internal there.

Where an upgrade breaks one of these, the name says what no longer holds, and its docstring what of ours rests on it.
"""

import sqlite3
import warnings
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

ROUNDS = dg.DailyPartitionsDefinition(start_date="2026-11-01", timezone="UTC", end_offset=1)
DAY, NEXT = "2026-11-02", "2026-11-03"


def in_one_process(*assets: dg.AssetsDefinition, **resources: object) -> dg.JobDefinition:
    defs = dg.Definitions(
        [*assets], jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)], **resources
    )
    return defs.resolve_job_def("job")


def partitioned_check() -> dg.AssetCheckSpec:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec("sound", asset="snapshots", partitions_def=ROUNDS)


@dg.asset(partitions_def=ROUNDS, check_specs=[partitioned_check()])
def snapshots(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    result = dg.AssetCheckResult(check_name="sound", passed=context.partition_key != DAY)
    return dg.MaterializeResult(metadata={"dagster/partition_row_count": 7}, check_results=[result])


def test_the_round_of_today_exists_while_today_lasts_and_tomorrows_does_not():
    """defs/partitions.py: without `end_offset`, what is captured today would have no partition until midnight."""
    keys = ROUNDS.get_partition_keys(current_time=datetime(2026, 11, 2, 0, 0, 1, tzinfo=UTC))
    assert keys == ["2026-11-01", DAY]


def test_a_check_with_partitions_keeps_a_result_for_each(instance):
    """defs/reporting.check_spec, whose `partitions_def` is in preview: a round's failing check stays with its round."""
    job = in_one_process(snapshots)
    for day in (DAY, NEXT):
        assert job.execute_in_process(instance=instance, partition_key=day).success
    key = dg.AssetCheckKey(dg.AssetKey("snapshots"), "sound")
    found = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
    assert {
        (one.event.dagster_event.asset_check_evaluation_data.partition, str(one.status.value)) for one in found
    } == {
        (DAY, "FAILED"),
        (NEXT, "SUCCEEDED"),
    }


def test_a_partition_that_is_materialized_again_stays_one_partition_with_the_newest_numbers(instance):
    """defs/snapshots/taking.py: a day's partition is filled tick by tick, and the last tick's numbers are the round's."""
    job = in_one_process(snapshots)
    for _ in range(3):
        job.execute_in_process(instance=instance, partition_key=DAY)
    assert instance.get_materialized_partitions(dg.AssetKey("snapshots")) == {DAY}
    newest = instance.get_latest_materialization_event(dg.AssetKey("snapshots"))
    assert newest.asset_materialization.metadata["dagster/partition_row_count"].value == 7


@pytest.mark.parametrize(("allowed", "tries"), [(True, 3), (False, 1)])
def test_a_failure_that_allows_no_retries_goes_by_no_policy(instance, monkeypatch, allowed, tries):
    """defs/failing.py: a closed round or a full disk is no better ten seconds later."""
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0)
    seen = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2, delay=1))
    def failing(context: dg.AssetExecutionContext) -> None:
        seen.append(context.retry_number)
        raise dg.Failure(allow_retries=allowed)

    assert not in_one_process(failing).execute_in_process(instance=instance, raise_on_error=False).success
    assert seen == [*range(tries)]


def test_a_resource_that_is_handed_over_ready_made_is_used_as_it_is(instance):
    """defs/resources.PipelineResource.given: what a command has opened must not be copied by its fields, and reopened."""
    opened = object()
    seen = []

    @dg.asset(required_resource_keys={"pipeline"})
    def asking(context: dg.AssetExecutionContext) -> None:
        seen.append(context.resources.pipeline)

    job = in_one_process(asking, resources={"pipeline": dg.ResourceDefinition.hardcoded_resource(opened)})
    assert job.execute_in_process(instance=instance).success
    assert seen == [opened]


def test_an_instance_is_opened_with_a_part_of_its_configuration_replaced(tmp_path):
    """defs/running.open_instance, by an internal class: a command's runs must not take the terminal's output away."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    none = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}}
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path), overrides={"compute_logs": none})) as opened:
        assert type(opened.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert not opened.telemetry_enabled


def test_places_in_a_pool_are_told_by_run_and_given_back_for_a_run(tmp_path):
    """defs/pools.py: a killed run keeps its place for ever unless somebody gives it back."""
    (tmp_path / "dagster.yaml").write_text("concurrency: {pools: {granularity: op, default_limit: 1}}\n")
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as opened:
        storage = opened.event_log_storage
        storage.initialize_concurrency_limit_to_default("instagram")
        claims = [storage.claim_concurrency_slot("instagram", run, "step").is_claimed for run in ("first", "second")]
        assert claims == [True, False]
        info = storage.get_concurrency_info("instagram")
        assert (info.active_run_ids, info.pending_run_ids) == ({"first"}, {"second"})
        storage.free_concurrency_slots_for_run("first")
        assert storage.get_concurrency_info("instagram").assigned_run_ids == {"second"}


def test_a_run_that_is_deleted_takes_its_materializations_along(instance):
    """Why the truth about captures lives in registry and lake, and why runs are not pruned by deleting them."""
    result = in_one_process(snapshots).execute_in_process(instance=instance, partition_key=DAY)
    instance.delete_run(result.run_id)
    assert instance.get_materialized_partitions(dg.AssetKey("snapshots")) == set()


def test_each_run_has_a_file_of_its_own_and_its_materializations_are_in_the_index_too(tmp_path):
    """What is pruned of runs and what is kept rests on where the default storage puts it."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as opened:
        run_id = in_one_process(snapshots).execute_in_process(instance=opened, partition_key=DAY).run_id
        folder = tmp_path / "history" / "runs"
        assert (folder / f"{run_id}.db").exists()
        with sqlite3.connect(folder / "index.db") as index:
            kinds = {
                kind
                for (kind,) in index.execute("select dagster_event_type from event_logs where run_id = ?", [run_id])
            }
    assert "ASSET_MATERIALIZATION" in kinds
    assert "STEP_START" not in kinds
