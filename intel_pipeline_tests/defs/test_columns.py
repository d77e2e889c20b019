from collections.abc import Iterator

import dagster as dg
import duckdb
import pytest

from intel_pipeline.clock import today
from intel_pipeline.defs.columns import LINEAGE, ORIGINS, SCHEMA
from intel_pipeline.defs.running import run_tick
from intel_pipeline.warehouse.derive import TABLES
from intel_pipeline_tests.worlds import small_pipeline


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[tuple[dict, dict]]:
    """What each asset of a tick has told of itself, and the tables that readers find."""
    pipeline = small_pipeline(tmp_path_factory.mktemp("columns"), ["open"])
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_tick(pipeline, instance, today(pipeline.clock))
    with duckdb.connect(pipeline.settings.publication.resolve(), read_only=True) as connection:
        tables = {name: connection.execute(f"describe {name}").fetchall() for name in TABLES.values()}
    metadata = {
        node: one.metadata
        for node in result.job_def.graph.node_dict
        for one in result.asset_materializations_for_node(node)
    }
    return metadata, tables


def columns(metadata):
    return {column.name: column for column in metadata[SCHEMA].schema.columns}


def test_every_column_of_snapshots_and_derived_tables_is_told_with_what_it_means(told):
    metadata, tables = told
    for asset in ("profile_snapshots", "follower_snapshots", "followee_snapshots", "post_snapshots"):
        assert all(column.description for column in columns(metadata[asset]).values()), asset
    for asset, described in tables.items():
        assert list(columns(metadata[asset])) == [name for name, *_ in described]
        assert all(column.description for column in columns(metadata[asset]).values()), asset


def test_what_a_contract_asks_of_a_column_is_told_with_it(told):
    user_id = columns(told[0]["follower_snapshots"])["user_id"]
    assert user_id.constraints.nullable is False
    assert user_id.constraints.other == ["1 or more", "at most 137438953471", "strictly increasing"]
    assert columns(told[0]["follower_snapshots"])["username"].constraints.other == ["like ^[a-z0-9._]{1,30}$"]
    assert columns(told[0]["post_snapshots"])["media_type"].constraints.other == [
        "one of ['image', 'video', 'sidecar']"
    ]
    assert columns(told[0]["follower_snapshots"])["full_name"].constraints.nullable is True


def test_columns_come_from_columns_that_there_are(told):
    metadata, _ = told
    for asset, origins in ORIGINS.items():
        lineage = metadata[asset][LINEAGE].column_lineage.deps_by_column
        assert set(lineage) == set(origins)
        for name, deps in lineage.items():
            assert name in columns(metadata[asset])
            assert all(dep.column_name in columns(metadata[dep.asset_key.to_user_string()]) for dep in deps)
