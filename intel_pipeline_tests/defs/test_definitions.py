import tomllib

import dagster as dg
import yaml

from intel_pipeline.definitions import defs
from intel_pipeline.folders import PROJECT_ROOT

# What is made of everything, and belongs to no day.
OF_ALL_DAYS = {"publication", "exports", "reports", "raw_pages", "run_logs", "run_events", "audit"}


def test_the_definitions_load_and_hold_the_assets_of_the_design():
    dg.Definitions.validate_loadable(defs)
    names = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    snapshots = {"profile_snapshots", "follower_snapshots", "followee_snapshots", "post_snapshots"}
    changes = {"profile_changes", "follower_changes", "followees", "post_metrics", "settlements"}
    assert names == snapshots | changes | OF_ALL_DAYS


def test_every_asset_of_one_day_is_partitioned_by_round():
    graph = defs.resolve_asset_graph()
    unpartitioned = {
        key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is None
    }
    assert unpartitioned == {"settlements"} | OF_ALL_DAYS


def test_snapshots_are_retried_and_derived_assets_are_not():
    job = defs.resolve_job_def("tick")
    retried = {name for name in job.graph.node_dict if job.graph.node_named(name).definition.retry_policy}
    assert retried == {"profile_snapshots", "follower_snapshots", "followee_snapshots", "post_snapshots"}


def test_three_schedules_and_two_sensors_drive_it_all_and_are_on():
    schedules = {schedule.name: schedule.default_status.name for schedule in defs.schedules}
    assert schedules == dict.fromkeys(["daily_round", "daily_upkeep", "freshness_look"], "RUNNING")
    assert {sensor.name: sensor.default_status.name for sensor in defs.sensors} == dict.fromkeys(
        ["planner", "publisher"], "RUNNING"
    )


def test_freshness_is_looked_at_by_the_clock_and_by_no_tick():
    assert "freshness" in defs.resolve_job_def("look_at_freshness").graph.node_dict
    assert "freshness" not in defs.resolve_job_def("tick").graph.node_dict


def test_a_tick_exports_nothing():
    assert {"exports", "reports"}.isdisjoint(defs.resolve_job_def("tick").graph.node_dict)


def test_workspace_and_project_call_the_code_location_by_one_name():
    workspace = yaml.safe_load((PROJECT_ROOT / "workspace.yaml").read_text())
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())
    location = workspace["load_from"][0]["python_module"]
    assert location["location_name"] == project["tool"]["dg"]["project"]["code_location_name"] == "intel_pipeline"
    assert location["module_name"] == project["tool"]["dg"]["project"]["code_location_target_module"]


def test_no_resource_has_a_field_that_dagster_would_store_and_show():
    assert defs.resources["pipeline"].__class__.model_fields == {}


def test_every_asset_says_what_it_is_whose_it_is_what_it_reads_and_whose_data_it_holds():
    graph = defs.resolve_asset_graph()
    bare = {
        key.to_user_string()
        for key in graph.get_all_asset_keys()
        if not all(
            [
                (node := graph.get(key)).description,
                node.group_name != "default",
                node.owners,
                node.kinds,
                {"reads", "personal_data"} <= {*node.tags},
            ]
        )
    }
    assert bare == set()
