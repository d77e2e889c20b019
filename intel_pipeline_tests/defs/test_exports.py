import dagster as dg
import pytest

from intel_pipeline.clock import today
from intel_pipeline.defs.marts.exports import exports
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.running import run_tick
from intel_pipeline_tests.exports.books import rows
from intel_pipeline_tests.worlds import small_pipeline


def export(pipeline, instance, config):
    return dg.materialize(
        [exports],
        instance=instance,
        resources={"pipeline": PipelineResource.given(pipeline)},
        run_config={"ops": {"exports": {"config": config}}},
        raise_on_error=False,
    )


@pytest.fixture
def pipeline(tmp_path):
    return small_pipeline(tmp_path, ["open", "friendly"])


def test_an_operator_exports_tables_from_the_ui_and_dagster_stores_nobody_s_name(pipeline):
    with dg.DagsterInstance.ephemeral() as instance:
        run_tick(pipeline, instance, today(pipeline.clock))
        for _ in range(2):
            result = export(pipeline, instance, {"tables": ["followers"], "target": "open", "since": "2026-11-01"})
            assert result.success
        (event,) = result.get_asset_materialization_events()
        stored = "".join(repr(record) for record in instance.all_logs(result.run_id))
    told = event.step_materialization_data.materialization.metadata
    path = pipeline.settings.exports_dir / "followers-open.parquet"
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, f"{path.name}.manifest.json"]
    assert (told["rows"].value, told["bytes"].value) == (230, path.stat().st_size)
    assert told["files"].records == [
        dg.TableRecord({"file": path.name, "rows": 230, "bytes": path.stat().st_size}),
    ]
    usernames = [name for (name,) in rows("select username from read_parquet($1)", str(path))]
    assert len(usernames) == 230
    assert not [name for name in usernames if name in stored]


def test_a_day_that_is_none_is_refused_with_the_way_out(pipeline):
    with dg.DagsterInstance.ephemeral() as instance:
        result = export(pipeline, instance, {"since": "yesterday"})
    assert "write it as year, month and day" in result.failure_data_for_node("exports").error.to_string()
