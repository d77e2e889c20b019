from dataclasses import replace

import dagster as dg
import pytest

from intel_pipeline.clock import today
from intel_pipeline.definitions import defs
from intel_pipeline.defs.automation.planner import planner
from intel_pipeline.defs.automation.ticks import SNAPSHOTS
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.running import run_tick
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.worlds import asked, small_pipeline


@pytest.fixture
def pipeline(tmp_path, instance) -> Pipeline:
    """A pipeline with one tick behind it."""
    made = small_pipeline(tmp_path, ["open", "friendly"])
    assert run_tick(made, instance, today(made.clock)).success
    return made


def launched(job: str, pipeline: Pipeline, instance: dg.DagsterInstance, op: str = "", **config: object):
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        run_config={"ops": {op: {"config": config}}} if op else config,
        resources={"pipeline": PipelineResource.given(pipeline)},
        raise_on_error=False,
    )


def metadata(result, op: str) -> dict[str, object]:
    (output,) = [event.step_output_data for event in result.events_for_node(op) if event.is_successful_output]
    return {name: getattr(value, "records", value.value) for name, value in output.metadata.items()}


def test_whom_you_name_is_captured_once_more_and_nobody_else(pipeline, instance):
    before = asked(pipeline, "followers")
    assert launched("capture_now", pipeline, instance, labels=["open"]).success
    assert asked(pipeline, "followers") == before + 5
    with writing(pipeline.settings.warehouse_file) as transaction:
        captured = transaction.rows("select target, count(*) from captures where surface = 'followers' group by 1")
    assert dict(captured) == {"open": 2, "friendly": 1}


def test_somebody_may_want_it_more_than_once_a_day(pipeline, instance):
    for _ in range(2):
        assert launched("capture_now", pipeline, instance, labels=["open"], surfaces=["profile"]).success
    newest = [one for one in pipeline.registry.captures.history("open", "profile") if one.finished_at]
    assert len(newest) == 3


def test_what_is_captured_by_hand_stands_in_the_round_of_the_day(pipeline, instance):
    result = launched("capture_now", pipeline, instance, labels=["open"])
    told = {event.asset_key.to_user_string(): event for event in result.get_asset_materialization_events()}
    day = today(pipeline.clock).isoformat()
    assert {name: event.partition for name, event in told.items() if name != "publication"} == dict.fromkeys(
        (*SNAPSHOTS.values(), "profile_changes", "follower_changes", "followees", "post_metrics"), day
    )
    followers = told["follower_snapshots"].step_materialization_data.materialization.metadata
    assert followers["targets_captured"].value == 2
    assert "publication" in told


def test_the_checks_of_the_round_are_as_new_as_what_was_captured_by_hand(pipeline, instance):
    pipeline.instagram.faults.append(Scripted("/followers/", json_reply({"people": []}), times=FOR_EVER))
    launched("capture_now", pipeline, instance, labels=["open"])
    key = dg.AssetCheckKey(dg.AssetKey("follower_snapshots"), "drift")
    newest = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    told = newest.event.dagster_event.asset_check_evaluation_data
    assert (told.passed, told.partition) == (False, today(pipeline.clock).isoformat())
    assert "open" in told.description


def test_each_surface_is_retried_by_itself_so_that_none_before_it_is_captured_once_more():
    graph = defs.resolve_job_def("capture_now").graph
    retried = {name for name in graph.node_dict if graph.node_named(name).definition.retry_policy}
    assert retried == {"capture_profile", "capture_followers", "capture_followees", "capture_posts"}


@pytest.mark.parametrize(("labels", "said"), [([], "no target is named"), (["nobody"], "nobody")])
def test_whom_nobody_can_be_meant_by_is_refused_at_once_and_asks_for_nothing(pipeline, instance, labels, said):
    spent = pipeline.registry.ledger.total()
    result = launched("capture_now", pipeline, instance, labels=labels)
    error = result.failure_data_for_node("todays_round").error.to_string()
    assert said in error
    assert "What now" in error
    assert pipeline.registry.ledger.total() == spent
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_only_the_surfaces_that_you_name_are_captured(pipeline, instance):
    before = {surface: asked(pipeline, surface) for surface in ("followers", "posts")}
    result = launched("capture_now", pipeline, instance, labels=["open"], surfaces=["posts"])
    assert result.success
    assert asked(pipeline, "followers") == before["followers"]
    assert asked(pipeline, "posts") > before["posts"]
    told = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert told & {*SNAPSHOTS.values()} == {"post_snapshots"}


@pytest.mark.parametrize("surface", ["followees", "stories"])
def test_a_surface_that_is_not_captured_here_is_refused_and_asks_for_nothing(pipeline, instance, surface):
    spent = pipeline.registry.ledger.total()
    result = launched("capture_now", pipeline, instance, labels=["open"], surfaces=["profile", surface])
    error = result.failure_data_for_node("todays_round").error.to_string()
    assert f"{surface} cannot be captured here" in error
    assert pipeline.registry.ledger.total() == spent


def test_the_planner_asks_for_no_tick_while_somebody_captures_by_hand(pipeline, instance):
    pipeline.registry.targets.add("small", "small", None)
    instance.create_run_for_job(
        defs.resolve_job_def("capture_now"),
        run_config={"labels": ["open"]},
        status=dg.DagsterRunStatus.STARTED,
    )
    # As if it were no demo's folder.
    real = PipelineResource.given(replace(pipeline, instagram=None))
    context = dg.build_sensor_context(instance, resources={"pipeline": real})
    assert "at work already" in planner(context).skip_message


def test_a_warehouse_that_holds_is_told_by_numbers(pipeline, instance):
    for deep in (False, True):
        result = launched("verify", pipeline, instance, "verify_warehouse", deep=deep)
        told = metadata(result, "verify_warehouse")
        assert (told["captures"], told["unreadable"], told["differences"]) == (6, "none", [])
        assert (told["rows_derived_again"] > 100) is deep


def test_what_differs_fails_the_run_and_is_mended_by_a_rebuild(pipeline, instance):
    with writing(pipeline.settings.warehouse_file) as transaction:
        transaction.run("delete from members where target = 'open' and user_id % 2 = 0")
    failed = launched("verify", pipeline, instance)
    told = failed.failure_data_for_node("verify_warehouse").user_failure_data
    assert "rebuild_changes" in told.description
    assert [one.data["target"] for one in told.metadata["differences"].records] == ["open"]
    rebuilt = metadata(launched("rebuild_changes", pipeline, instance), "rebuild_warehouse")
    assert (rebuilt["captures"], rebuilt["targets"], rebuilt["left_out"]) == (6, 2, 0)
    assert launched("verify", pipeline, instance).success
