from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from intel_pipeline.definitions import defs
from intel_pipeline.defs.automation.publishing import BEGAN
from intel_pipeline.demo.world_file import Watched, WorldNote, write_note
from intel_pipeline.settings import load_settings
from intel_pipeline_tests.worlds import START

SELECTED = dg.AssetSelection.assets("publication")
PARTITIONED = ("profile_changes", "follower_changes", "followees", "post_metrics")


class Daemon:
    """The publisher's evaluations, one after the other, at given minutes from now."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor = None
        # Events carry the real time; evaluations begin when it cannot be before them.
        self.began = datetime.now(UTC) + timedelta(seconds=5)

    def asks(self, minutes: float = 0) -> bool:
        result = dg.evaluate_automation_conditions(
            defs, self.instance, SELECTED, self.began + timedelta(minutes=minutes), self.cursor
        )
        self.cursor = result.cursor
        return bool(result.total_requested)

    def update(self, asset: str, partition: str | None = None) -> None:
        self.instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=partition))

    def publish(self, began: datetime) -> None:
        metadata = {BEGAN: dg.MetadataValue.timestamp(began)}
        self.instance.report_runless_asset_event(dg.AssetMaterialization("publication", metadata=metadata))


@pytest.fixture
def daemon(instance, tmp_path, monkeypatch) -> Daemon:
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INTEL_PUBLISH_MINUTES", "10")
    return Daemon(instance)


def test_nothing_is_published_before_anything_has_changed(daemon):
    assert not daemon.asks()


@pytest.mark.parametrize(
    ("asset", "partition"), [*((name, "2026-11-20") for name in PARTITIONED), ("settlements", None)]
)
def test_an_update_of_any_dependency_is_published_be_it_of_a_past_round(daemon, asset, partition):
    daemon.update(asset, partition)
    assert daemon.asks()


def test_a_round_of_forty_ticks_is_published_once_in_ten_minutes(daemon):
    asked = 0
    for minute in range(40):
        daemon.update("follower_changes", "2026-11-20")
        if daemon.asks(minute):
            asked += 1
    assert asked == 4


def test_what_is_published_is_not_published_again(daemon):
    daemon.update("follower_changes", "2026-11-20")
    daemon.publish(datetime.now(UTC))
    assert not daemon.asks(60)


def test_an_update_while_the_warehouse_is_copied_is_published_afterwards(daemon):
    began = datetime.now(UTC)
    daemon.update("follower_changes", "2026-11-20")
    daemon.publish(began)
    assert not daemon.asks(5)
    assert daemon.asks(11)


def test_an_update_in_the_evaluation_after_the_request_is_not_lost(daemon):
    daemon.update("follower_changes", "2026-11-20")
    assert daemon.asks(0)
    # Both are new to the next evaluation: the request, and an update that came too late for it.
    daemon.publish(datetime.now(UTC))
    daemon.update("follower_changes", "2026-11-21")
    assert not daemon.asks(1)
    assert daemon.asks(10.5)


def test_dagsters_own_condition_loses_that_update(instance):
    """Why there is one of our own; if this fails after an upgrade, it may no longer be needed."""

    @dg.asset
    def source() -> None: ...

    @dg.asset(
        deps=[source],
        automation_condition=dg.AutomationCondition.any_deps_updated().since(dg.AutomationCondition.newly_updated()),
    )
    def mart() -> None: ...

    def asks(cursor: object = None) -> object:
        return dg.evaluate_automation_conditions(
            [source, mart], instance, dg.AssetSelection.assets(source, mart), cursor=cursor
        )

    first = asks()
    # The mart began to read before the update, and was ready after it.
    instance.report_runless_asset_event(dg.AssetMaterialization("source"))
    instance.report_runless_asset_event(dg.AssetMaterialization("mart"))
    second = asks(first.cursor)
    assert second.total_requested == 0
    assert asks(second.cursor).total_requested == 0
    instance.report_runless_asset_event(dg.AssetMaterialization("source"))
    assert asks(second.cursor).total_requested == 1


def test_a_publication_that_failed_is_asked_for_again(daemon):
    daemon.update("follower_changes", "2026-11-20")
    assert daemon.asks(0)
    assert not daemon.asks(9)
    assert daemon.asks(10)


def test_a_restarted_daemon_that_has_lost_its_memory_publishes_what_is_new(daemon):
    daemon.publish(datetime.now(UTC) - timedelta(minutes=11))
    daemon.update("post_metrics", "2026-11-20")
    daemon.cursor = None
    assert daemon.asks()


@pytest.mark.parametrize(("watched", "asks"), [(None, False), (Watched(3, 50, faulty=False), True)])
def test_in_a_demos_folder_nothing_is_published_by_itself_but_in_one_that_the_daemon_drives(
    daemon, tmp_path, watched, asks
):
    daemon.update("follower_changes", "2026-11-20")
    settings = load_settings(data_dir=tmp_path / "data")
    settings.make_directories()
    write_note(settings, WorldNote(7, START, START, watched))
    assert daemon.asks() == asks


def test_one_sensor_alone_asks_and_it_is_on():
    sensors = defs.get_repository_def().sensor_defs
    assert {sensor.name for sensor in sensors} == {"planner", "publisher"}
    assert all(sensor.default_status is dg.DefaultSensorStatus.RUNNING for sensor in sensors)


def test_a_tick_of_the_daemon_does_not_publish():
    assert "publication" not in defs.resolve_job_def("tick").graph.node_dict
