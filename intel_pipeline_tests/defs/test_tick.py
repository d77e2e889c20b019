import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import dagster as dg

from intel_pipeline.clock import today
from intel_pipeline.definitions import defs
from intel_pipeline.defs import lists
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.running import open_instance, run_tick
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.wire.exchange import json_reply
from intel_pipeline.warehouse.derive import publish_now
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.worlds import asked, next_morning, small_pipeline


def metadata(instance: dg.DagsterInstance, asset: str) -> dict[str, object]:
    event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    stored = event.asset_materialization.metadata
    return {name: getattr(value, "records", None) or value.value for name, value in stored.items()}


def published(pipeline, sql: str) -> list[tuple]:
    with connected(pipeline.settings.publication.resolve(), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_tick_captures_derives_and_publishes_and_tells_the_ui_how_the_round_stands(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed"])
    assert run_tick(pipeline, instance, today(pipeline.clock)).success
    told = metadata(instance, "follower_snapshots")
    assert (told["targets_captured"], told["targets_complete"], told["targets_left"]) == (3, 2, 0)
    assert told["dagster/partition_row_count"] == 230 + 130
    verdicts = {record.data["target"]: record.data["verdict"] for record in told["verdicts"]}
    assert verdicts == {"open": "complete", "friendly": "complete", "closed": "failed"}
    assert published(pipeline, "select target, count(*) from followers group by 1 order by 1") == [
        ("friendly", 130),
        ("open", 230),
    ]


def test_a_tick_shows_the_verdicts_of_its_own_targets_and_of_those_that_are_not_complete(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed"])
    run_tick(pipeline, instance, today(pipeline.clock))
    assert "verdicts_of_others" not in metadata(instance, "follower_snapshots")
    run_tick(pipeline, instance, today(pipeline.clock), ["open"])
    told = metadata(instance, "follower_snapshots")
    shown = sorted((record.data["target"], record.data["verdict"]) for record in told["verdicts"])
    assert shown == [("closed", "failed"), ("open", "complete"), ("open", "complete")]
    assert told["verdicts_of_others"].startswith("complete: the other 1;")
    assert (told["targets_captured"], told["targets_complete"]) == (3, 2)


def test_numbers_that_the_ui_charts_tell_of_growth_requests_and_waits(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "closed"])
    run_tick(pipeline, instance, today(pipeline.clock))
    before = pipeline.registry.captures.history("open", "followers")[-1].distinct_count
    assert "growth_since_the_lists_before" not in metadata(instance, "follower_snapshots")
    run_tick(pipeline, instance, next_morning(pipeline))
    told = metadata(instance, "follower_snapshots")
    now = pipeline.registry.captures.history("open", "followers")[-1].distinct_count
    assert (told["listed"], told["growth_since_the_lists_before"]) == (now, now - before)
    assert now != before
    # Five pages, a look before and after them and one at who is closed, and the page with tokens: two seconds each.
    assert (told["requests_of_this_tick"], told["throttled_in_this_tick"]) == (9, 0)
    assert told["seconds_waited_in_this_tick"] >= 2 * 8
    (svg,) = re.findall("utf8,([^>]*)", told["curves"])
    drawn = ET.fromstring(unquote(svg))  # noqa: S314  our own
    said = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert said[said.index("open") + 1] == f"{now} {now - before:+d}"


def test_the_curves_of_both_lists_take_no_more_room_than_those_of_one(tmp_path, instance, monkeypatch):
    monkeypatch.setattr(lists, "MOST_CURVES", 4)
    labels = ["open", "friendly", "renaming", "fading"]

    def shown(asset: str) -> int:
        return metadata(instance, asset)["curves"].count("class='t'")

    both = small_pipeline(tmp_path / "both", labels, surfaces=["profile", "followers", "followees"])
    run_tick(both, instance, today(both.clock))
    assert (shown("follower_snapshots"), shown("followee_snapshots")) == (2, 2)
    one = small_pipeline(tmp_path / "one", labels, surfaces=["profile", "followers"])
    run_tick(one, instance, today(one.clock))
    assert shown("follower_snapshots") == 4


def test_a_target_that_cannot_be_captured_fails_a_check_and_not_the_run(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "closed"])
    result = run_tick(pipeline, instance, today(pipeline.clock))
    checks = {
        (check.asset_key.to_user_string(), check.check_name): check for check in result.get_asset_check_evaluations()
    }
    assert result.success
    failing = [key for key, check in checks.items() if not check.passed]
    assert failing == [("follower_snapshots", "verdicts"), ("post_snapshots", "verdicts")]
    assert checks[failing[0]].severity == dg.AssetCheckSeverity.WARN
    assert "closed" in checks[failing[0]].description


def test_nothing_that_dagster_stores_names_a_follower(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"], surfaces=["profile", "followers", "followees", "posts"])
    world = pipeline.instagram.world
    target = world.target_id("open")
    people = set()
    with open_instance(pipeline.settings) as instance:
        for day in (today(pipeline.clock), None, None):
            assert run_tick(pipeline, instance, day or next_morning(pipeline)).success
            people |= {*world.followers_of(target), *world.followees_of(target)}
        for asset in ("follower_snapshots", "followee_snapshots"):
            assert "svg" in metadata(instance, asset)["curves"]
    stored = b"".join(path.read_bytes() for path in pipeline.settings.dagster_dir.rglob("*") if path.is_file())
    words = set(re.findall(rb"[a-z0-9._]+", stored)) | set(re.findall(rb"[a-z0-9_]+", stored))
    assert b"follower_snapshots" in words
    assert len(people) > 270
    identities = {str(one).encode() for person in people for one in (person.username, person.id)}
    assert identities & words == set()


def test_the_second_day_finds_what_happened_on_the_first(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    first = today(pipeline.clock)
    run_tick(pipeline, instance, first)
    began = pipeline.clock.now()
    second = next_morning(pipeline)
    run_tick(pipeline, instance, second)
    world = pipeline.instagram.world
    truth = world.truth(world.target_id("open"), began, pipeline.clock.now())
    happened = sorted((event.kind, event.user_id) for event in truth)
    assert sorted(published(pipeline, "select kind, user_id from follower_changes")) == happened
    assert {kind for kind, _ in happened} >= {"followed", "left"}
    assert set(published(pipeline, "select kind, state from follower_changes")) <= {
        ("followed", "confirmed"),
        ("renamed", "confirmed"),
        ("left", "suspected"),
    }


def test_a_tick_that_finds_nothing_due_asks_nothing_and_is_green(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    run_tick(pipeline, instance, today(pipeline.clock))
    spent = pipeline.registry.ledger.total()
    assert run_tick(pipeline, instance, today(pipeline.clock)).success
    assert pipeline.registry.ledger.total() == spent


def test_chosen_targets_are_captured_again_by_hand(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    run_tick(pipeline, instance, today(pipeline.clock))
    before = asked(pipeline, "followers")
    run_tick(pipeline, instance, today(pipeline.clock), ["open"])
    assert asked(pipeline, "followers") == before + 5
    assert published(pipeline, "select count(*) from captures where surface = 'followers'") == [(3,)]


def test_a_closed_round_is_refused_at_once_with_the_reason(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    first = today(pipeline.clock)
    run_tick(pipeline, instance, first)
    run_tick(pipeline, instance, next_morning(pipeline))
    result = run_tick(pipeline, instance, first)
    failure = result.failure_data_for_node("profile_snapshots")
    assert not result.success
    assert "cannot be captured any more" in failure.error.to_string()
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_deriving_a_past_round_again_changes_nothing(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    days = [today(pipeline.clock)]
    run_tick(pipeline, instance, days[0])
    for _ in range(3):
        days.append(next_morning(pipeline))
        run_tick(pipeline, instance, days[-1])
    tables = (
        "profile_history",
        "profile_changes",
        "followers",
        "follower_change_log",
        "posts",
        "post_metrics",
        "captures",
    )
    before = {table: sorted(map(str, published(pipeline, f"from {table}"))) for table in tables}
    for day in days[1:3]:
        result = defs.resolve_job_def("tick").execute_in_process(
            op_selection=["profile_changes", "follower_changes", "post_metrics"],
            partition_key=day.isoformat(),
            instance=instance,
            resources={"pipeline": PipelineResource.given(pipeline)},
        )
        assert result.success
    publish_now(pipeline)
    after = {table: sorted(map(str, published(pipeline, f"from {table}"))) for table in tables}
    assert after == before
    assert before["follower_change_log"]


def test_a_snapshot_that_was_cut_short_fails_a_check_and_neither_the_run_nor_the_other_targets(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open", "friendly"])
    run_tick(pipeline, instance, today(pipeline.clock))
    snapshot = pipeline.registry.captures.history("open", "followers")[0].snapshot
    cut = pipeline.settings.lake_dir / snapshot
    cut.write_bytes(cut.read_bytes()[:-10])
    result = run_tick(pipeline, instance, next_morning(pipeline))
    checks = {check.asset_key.to_user_string(): check for check in result.get_asset_check_evaluations()}
    assert result.success
    assert not checks["follower_changes"].passed
    assert cut.name in checks["follower_changes"].description
    assert published(pipeline, "select distinct target from follower_changes") == [("friendly",)]


def test_a_list_that_is_not_complete_yields_no_loss(tmp_path, instance):
    pipeline = small_pipeline(tmp_path, ["open"])
    run_tick(pipeline, instance, today(pipeline.clock))
    next_morning(pipeline)
    dead = Scripted("/followers/", json_reply({"users": [], "status": "ok"}), times=FOR_EVER)
    pipeline.instagram.faults.append(dead)
    assert run_tick(pipeline, instance, today(pipeline.clock)).success
    assert published(pipeline, "select count(*) from follower_changes where kind = 'left'") == [(0,)]
    assert published(pipeline, "select count(*) from followers") == [(230,)]
