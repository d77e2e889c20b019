"""What Dagster 1.13 leaves lying for ever, what of it goes, and that its UI minds nothing of that."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageMetadata,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_graphql.schema import create_schema

from intel_pipeline.clock import SystemClock
from intel_pipeline.definitions import defs
from intel_pipeline.defs.partitions import rounds
from intel_pipeline.defs.pruning import Pruned, prune, remove_replaced, remove_steps
from intel_pipeline.defs.reporting import check_spec
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline_tests.listed import listed_pipeline
from intel_pipeline_tests.postgresql import Server

EVERYTHING = -1  # what ended before tomorrow
FINISHED = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dg.asset(partitions_def=rounds, check_specs=[check_spec("verdicts", "listed", "A check of each round, as ours are.")])
def listed(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    passed = "fail" not in context.run.tags
    check = dg.AssetCheckResult(check_name="verdicts", passed=passed)
    return dg.MaterializeResult(metadata={"rows": len(context.instance.get_run_ids())}, check_results=[check])


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's storage as it is by default: a file for each run, and one that they share."""
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides={"telemetry": {"enabled": False}}) as instance:
        yield instance


def run(instance: dg.DagsterInstance, day: str, **tags: str) -> str:
    return dg.materialize([listed], instance=instance, partition_key=day, tags=tags).run_id


def logs(instance: dg.DagsterInstance) -> set[str]:
    storage = instance.event_log_storage
    assert isinstance(storage, SqliteEventLogStorage)
    return set(storage.get_all_run_ids())


def rows(instance: dg.DagsterInstance, day: str) -> list[object]:
    found = instance.fetch_materializations(dg.AssetRecordsFilter(listed.key, asset_partitions=[day]), limit=9)
    return [record.asset_materialization.metadata["rows"].value for record in found.records]


def results(instance: dg.DagsterInstance) -> list[tuple[str | None, str]]:
    key = dg.AssetCheckKey(listed.key, "verdicts")
    history = instance.event_log_storage.get_asset_check_execution_history(key, limit=99)
    return sorted((record.partition, record.status.value) for record in history)


def asked(context: WorkspaceProcessContext, query: str) -> dict:
    """Ask as the UI does."""
    result = asyncio.run(
        create_schema().execute_async(query, context_value=context.create_request_context(), variable_values={})
    )
    assert result.errors is None
    return result.data


def test_rounds_keep_their_newest_metadata_and_results_while_runs_and_their_logs_go(kept: dg.DagsterInstance) -> None:
    for day, tags in (("2026-11-01", {"fail": "yes"}), ("2026-11-01", {}), ("2026-11-02", {"fail": "yes"})):
        run(kept, day, **tags)
    assert (rows(kept, "2026-11-01"), len(results(kept))) == ([2, 1], 3)
    pruned = prune(kept, EVERYTHING)
    assert (pruned.removed, pruned.kept, pruned.files) == (3, 0, 3)
    assert pruned.removed_bytes > 3 * 100_000
    assert (rows(kept, "2026-11-01"), rows(kept, "2026-11-02")) == ([2], [3])
    assert kept.get_materialized_partitions(listed.key) == {"2026-11-01", "2026-11-02"}
    assert results(kept) == [("2026-11-01", "SUCCEEDED"), ("2026-11-02", "FAILED")]
    assert (kept.get_run_ids(), logs(kept)) == ([], set())
    assert prune(kept, EVERYTHING) == Pruned()


def test_a_run_that_has_not_ended_keeps_everything_however_old_it_is(kept: dg.DagsterInstance) -> None:
    living = {
        kept.create_run_for_job(dg.job(name=status.value)(lambda: None), status=status).run_id
        for status in set(dg.DagsterRunStatus) - FINISHED - {dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.MANAGED}
    }
    # Dagster makes a queued run only of a code location that a server loads.
    queued = kept.create_run_for_job(dg.job(name="queued")(lambda: None)).run_id
    with kept.run_storage.connect() as connection:
        connection.execute(sa.update(RunsTable).where(RunsTable.c.run_id == queued).values(status="QUEUED"))
    for run_id in (living := {*living, queued}):
        kept.report_engine_event("at work", run_id=run_id, job_name="it")
    run(kept, "2026-11-01")
    assert prune(kept, EVERYTHING).removed == 1
    assert len(living) == 6
    assert set(kept.get_run_ids()) == living == logs(kept)
    assert all(kept.all_logs(run_id) for run_id in living)


def test_what_is_younger_than_the_setting_stays_as_it_is(kept: dg.DagsterInstance) -> None:
    run(kept, "2026-11-01")
    run(kept, "2026-11-01")
    before = results(kept)
    assert prune(kept, 1) == Pruned(kept=2)
    assert (rows(kept, "2026-11-01"), results(kept), len(logs(kept))) == ([2, 1], before, 2)


def test_a_dry_run_tells_and_removes_nothing(kept: dg.DagsterInstance) -> None:
    run(kept, "2026-11-01")
    would = prune(kept, EVERYTHING, dry_run=True)
    assert (would.removed, would.files, len(kept.get_run_ids()), len(logs(kept))) == (1, 1, 1, 1)
    assert prune(kept, EVERYTHING).removed_bytes == would.removed_bytes


def test_dagster_leaves_the_log_of_a_run_that_somebody_deletes_and_the_upkeep_does_not(
    kept: dg.DagsterInstance,
) -> None:
    gone = run(kept, "2026-11-01")
    kept.delete_run(gone)
    assert logs(kept) == {gone}
    assert prune(kept, 1) == Pruned()
    assert prune(kept, EVERYTHING).files == 1
    assert logs(kept) == set()


def test_the_ui_lists_runs_and_shows_rounds_whose_runs_are_gone(kept: dg.DagsterInstance) -> None:
    old = run(kept, "2026-11-01")
    with WorkspaceProcessContext(kept, EmptyWorkspaceTarget()) as context:
        page = f'{{ runOrError(runId: "{old}") {{ __typename ... on Run {{ stats {{ __typename }} }} }} }}'
        assert asked(context, page)["runOrError"]["__typename"] == "Run"
        prune(kept, EVERYTHING)
        young = run(kept, "2026-11-02")
        # As the very process that has shown it before.
        assert asked(context, page)["runOrError"]["__typename"] == "RunNotFoundError"
        listing = asked(context, "{ runsOrError { ... on Runs { results { id status } } } }")
        assert listing["runsOrError"]["results"] == [{"id": young, "status": "SUCCESS"}]
        asset = asked(
            context,
            '{ assetOrError(assetKey: {path: ["listed"]}) { ... on Asset { assetMaterializations(limit: 9) { '
            "partition runOrError { __typename } metadataEntries { label ... on IntMetadataEntry { intValue } } } } } }",
        )["assetOrError"]["assetMaterializations"]
    shown = {one["partition"]: one for one in asset}
    assert shown["2026-11-01"]["runOrError"] == {"__typename": "RunNotFoundError"}
    assert {"label": "rows", "intValue": 1} in shown["2026-11-01"]["metadataEntries"]
    assert logs(kept) == {young}


def test_the_upkeep_tells_what_it_removed_and_keeps_its_own_run(tmp_path: Path, kept: dg.DagsterInstance) -> None:
    old = run(kept, "2026-11-01", fail="no")
    young = run(kept, "2026-11-02")
    long_ago = (SystemClock().now() - timedelta(days=31)).replace(tzinfo=None)
    with kept.run_storage.connect() as connection:
        ages = sa.update(RunsTable).where(RunsTable.c.run_id == old)
        connection.execute(ages.values(update_timestamp=long_ago))
    pipeline = listed_pipeline(tmp_path / "data")
    result = defs.resolve_job_def("upkeep").execute_in_process(
        instance=kept, resources={"pipeline": PipelineResource.given(pipeline)}
    )
    (materialization,) = result.asset_materializations_for_node("run_events")
    told = {name: value.value for name, value in materialization.metadata.items()}
    assert (told["removed"], told["kept"], told["files"]) == (1, 2, 1)
    assert set(kept.get_run_ids()) == {young, result.run_id} == logs(kept)
    with kept.run_storage.connect() as connection:
        assert old not in {row.run_id for row in connection.execute(sa.select(RunTagsTable.c.run_id))}


class OnPostgreSQL(InMemoryEventLogStorage):
    """Dagster's tables in PostgreSQL, without the package that would put them there."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__()
        self.server = engine

    def index_connection(self):
        return self.server.begin()


def test_the_statements_are_those_of_postgresql_too(postgresql: Server) -> None:
    url = postgresql.database().replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    SqlEventLogStorageMetadata.create_all(engine)
    now = SystemClock().now()
    kinds = ("ASSET_MATERIALIZATION", "ASSET_MATERIALIZATION", "STEP_START", None)
    event = {"run_id": "r", "event": "{}", "timestamp": now.replace(tzinfo=None), "asset_key": "a", "partition": None}
    with engine.begin() as connection:
        connection.execute(
            sa.insert(SqlEventLogStorageTable), [{**event, "dagster_event_type": kind} for kind in kinds]
        )
        checked = {"asset_key": "a", "check_name": "c", "create_timestamp": now.replace(tzinfo=None)}
        connection.execute(sa.insert(AssetCheckExecutionsTable), [{**checked, "run_id": run_id} for run_id in "qr"])
    storage = OnPostgreSQL(engine)
    assert remove_steps(storage, ["q"]) == 0
    assert remove_steps(storage, ["r"]) == 2
    assert remove_replaced(storage, now - timedelta(days=1)) == 0
    assert remove_replaced(storage, now + timedelta(days=1)) == 2
    with engine.begin() as connection:
        assert [row.id for row in connection.execute(sa.select(SqlEventLogStorageTable.c.id))] == [2]
        assert [row.run_id for row in connection.execute(sa.select(AssetCheckExecutionsTable.c.run_id))] == ["r"]
