from dataclasses import replace
from datetime import timedelta

import dagster as dg

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.definitions import defs
from intel_pipeline.defs.automation.planner import planner, read_cursor
from intel_pipeline.defs.automation.schedules import daily_round, daily_upkeep
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.running import run_tick
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline_tests.worlds import clock_of, small_pipeline


def plan(pipeline: Pipeline, instance: dg.DagsterInstance, cursor: str | None = None) -> object:
    return planner(
        dg.build_sensor_context(instance, cursor=cursor, resources={"pipeline": PipelineResource.given(pipeline)})
    )


def begin_day(pipeline: Pipeline, instance: dg.DagsterInstance) -> object:
    return daily_round(dg.build_schedule_context(instance, resources={"pipeline": PipelineResource.given(pipeline)}))


def on_instagram(pipeline: Pipeline) -> Pipeline:
    """The same data folder as if it were no demo's; nothing is asked of anybody in these tests."""
    return replace(pipeline, instagram=None)


def test_the_schedule_opens_the_round_and_starts_its_first_tick(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    request = begin_day(pipeline, instance)
    assert pipeline.registry.rounds.open() == today(pipeline.clock)
    assert request.partition_key == today(pipeline.clock).isoformat()
    assert begin_day(pipeline, instance).run_key == request.run_key


def test_the_schedule_says_what_to_do_where_there_is_no_target(tmp_path, instance):
    skip = begin_day(on_instagram(small_pipeline(tmp_path, [])), instance)
    assert "targets add" in skip.skip_message


def test_the_planner_waits_for_a_round_and_then_asks_for_one_tick(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    assert "no round is open" in plan(pipeline, instance).skip_message
    pipeline.registry.rounds.begin(today(pipeline.clock))
    result = plan(pipeline, instance)
    assert [request.partition_key for request in result.run_requests] == [today(pipeline.clock).isoformat()]
    assert result.run_requests[0].run_key is None


def test_the_planner_does_not_ask_again_at_once_when_a_tick_got_nowhere(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    pipeline.registry.rounds.begin(today(pipeline.clock))
    cursor = plan(pipeline, instance).cursor
    assert read_cursor(cursor).due == 3
    assert "next try" in plan(pipeline, instance, cursor).skip_message
    clock_of(pipeline).sleep(16 * 60)
    assert plan(pipeline, instance, cursor).run_requests


def test_the_planner_rests_when_everything_due_is_captured(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    run_tick(pipeline, instance, today(pipeline.clock))
    assert "is captured" in plan(on_instagram(pipeline), instance).skip_message


def test_the_planner_respects_a_cool_down_and_comes_back_after_it(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    pipeline.registry.rounds.begin(today(pipeline.clock))
    pipeline.registry.sessions.cool("desk", pipeline.clock.now().replace(hour=7))
    assert "cools down until" in plan(pipeline, instance).skip_message
    clock_of(pipeline).sleep(3601)
    assert plan(pipeline, instance).run_requests


def test_the_planner_uses_no_stopped_session(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    pipeline.registry.rounds.begin(today(pipeline.clock))
    pipeline.registry.sessions.stop("desk", "Instagram asks the owner to act")
    assert "is stopped" in plan(pipeline, instance).skip_message


def keep_up(pipeline: Pipeline, instance: dg.DagsterInstance) -> object:
    return daily_upkeep(dg.build_schedule_context(instance, resources={"pipeline": PipelineResource.given(pipeline)}))


def test_the_upkeep_runs_every_day_but_in_a_demos_folder(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    assert isinstance(keep_up(on_instagram(pipeline), instance), dg.RunRequest)
    assert "--resume" in keep_up(pipeline, instance).skip_message


def test_in_a_demos_folder_no_day_passes_by_itself(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    assert "--resume" in begin_day(pipeline, instance).skip_message
    assert "--resume" in plan(pipeline, instance).skip_message


def test_in_a_world_that_the_daemon_drives_the_planner_asks_as_it_does_for_the_real_one(tmp_path, instance):
    pipeline = replace(small_pipeline(tmp_path, ["open"]), driven=True)
    assert "no round is open" in plan(pipeline, instance).skip_message
    pipeline.registry.rounds.begin(today(pipeline.clock))
    assert plan(pipeline, instance).run_requests
    assert "--resume" in begin_day(pipeline, instance).skip_message, "its days do not pass by the machine's clock"


def test_the_planner_waits_where_only_lists_are_left_and_their_budget_is_spent(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"], identities_per_day=200, longest_wait=30))
    day = today(pipeline.clock)
    pipeline.registry.rounds.begin(day)
    page = Wanted("desk", "other", "followers", 200)
    pipeline.registry.ledger.reserve(page, pipeline.session("desk").limits, 30)
    assert plan(pipeline, instance).run_requests
    for surface in ("profile", "posts"):
        capture = pipeline.registry.captures.begin(pipeline.registry.targets.get("open"), surface, day, "simulator")
        pipeline.registry.captures.finish(capture, Outcome(verdict="complete"), None)
    assert "budget of 200 identities in a day, until 2026-11-03 06:00 UTC" in plan(pipeline, instance).skip_message
    clock_of(pipeline).sleep(86_400)
    assert plan(pipeline, instance).run_requests


def test_after_a_week_offline_the_missed_mornings_come_to_one_run_of_today(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"]))
    begin_day(pipeline, instance)
    clock_of(pipeline).advance(timedelta(days=7))
    requests = [begin_day(pipeline, instance) for _ in range(7)]
    assert {(request.run_key, request.partition_key) for request in requests} == {("2026-11-09-first", "2026-11-09")}
    assert pipeline.registry.rounds.open() == today(pipeline.clock)


def test_in_quiet_hours_the_round_is_opened_and_nothing_is_asked_until_they_end(tmp_path, instance):
    pipeline = on_instagram(small_pipeline(tmp_path, ["open"], quiet_hours="22:00-08:00", time_zone="Europe/Berlin"))
    assert "quiet hours" in begin_day(pipeline, instance).skip_message
    assert pipeline.registry.rounds.open() == today(pipeline.clock)
    assert "until 2026-11-02 07:00 UTC" in plan(pipeline, instance).skip_message
    clock_of(pipeline).advance(timedelta(hours=1))
    (request,) = plan(pipeline, instance).run_requests
    configured = {step["config"]["until"] for step in request.run_config["ops"].values()}
    assert configured == {"2026-11-02T21:00:00+00:00"}


def test_a_tick_begins_no_target_in_quiet_hours(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    until = pipeline.clock.now() + timedelta(seconds=1)
    tally = capture_due(pipeline, "profile", today(pipeline.clock), Limits(9, 900, until=until), lambda *_: None)
    assert len(tally.verdicts) == 1
    assert "quiet hours" in tally.stopped


def test_the_freshness_of_each_surface_is_told_though_no_tick_runs(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    run_tick(pipeline, instance, today(pipeline.clock))

    def looked() -> dict[str, tuple[bool, str]]:
        job = defs.resolve_job_def("look_at_freshness")
        result = job.execute_in_process(instance=instance, resources={"pipeline": PipelineResource.given(pipeline)})
        found = result.get_asset_check_evaluations()
        return {one.asset_key.to_user_string(): (one.passed, one.severity.name) for one in found}

    assert {passed for passed, _ in looked().values()} == {True}
    clock_of(pipeline).advance(timedelta(days=3))
    captured = dict.fromkeys(("profile_snapshots", "follower_snapshots", "post_snapshots"), False)
    assert {asset: passed for asset, (passed, _) in looked().items()} == {**captured, "followee_snapshots": True}
    assert looked()["follower_snapshots"] == (False, "WARN")
    clock_of(pipeline).advance(timedelta(days=2))
    assert looked()["follower_snapshots"] == (False, "ERROR")
