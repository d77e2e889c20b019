"""What asks for attention, and whether its shortcut says the same as the view that it stands for."""

from datetime import timedelta
from random import Random

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.settings import load_settings
from intel_pipeline.warehouse.schema import migrate
from intel_pipeline.warehouse.writer import connected
from intel_pipeline.web import attention
from intel_pipeline.web.publication import query
from intel_pipeline_tests.warehouse.lands import START, captured, profiles
from intel_pipeline_tests.warehouse.test_landing_profiles_and_posts import land

DAYS = 45


@pytest.fixture
def grown(registry, tmp_path):
    """A warehouse with two targets' counts of many days, some of them missing and some of them jumps."""
    file = tmp_path / "warehouse.duckdb"
    with connected(file) as connection:
        migrate(connection)
    chance, seen = Random(7), []
    for target in ("desk", "annex"):
        registry.targets.add(f"{target}.name", target, None)
        count = 1_000
        for day in range(DAYS):
            count += chance.choice([1, 2, 3, 2, 1, -1, 60 if day > DAYS - 12 else 2])
            if chance.random() > 0.1:
                frame = profiles(follower_count=count)
                seen.append(captured(registry, tmp_path / "lake", day, frame, target=target, surface="profile"))
    land(registry, tmp_path / "lake", file, seen, [])
    return file


def test_days_of_unusual_growth_are_those_of_the_view_that_goes_through_everything(grown):
    since = (START + timedelta(days=DAYS - 7)).date()
    with connected(grown, read_only=True) as connection:
        found = connection.execute(query("anomalies"), {"since": since}).fetchall()
        whole = connection.execute(
            "select target, day, gained_per_day, usual, score from growth_anomalies where is_anomaly and day >= $1 "
            "order by day desc, abs(score) desc, target limit 5",
            [since],
        ).fetchall()
    assert found == whole
    assert found


def test_a_stopped_session_comes_with_its_way_out_and_one_that_cools_down_needs_none(tmp_path, registry, clock):
    pipeline = Pipeline(load_settings(data_dir=tmp_path), clock, registry)
    registry.sessions.welcome("desk", "plain.viewer")
    registry.sessions.welcome("annex", "second.viewer")
    registry.sessions.stop("desk", "checkpoint_required")
    registry.sessions.cool("annex", clock.now() + timedelta(hours=1))

    stopped, cooling = sorted(attention.of_sessions(pipeline), key=lambda one: one.kind)
    assert (stopped.kind, cooling.kind) == ("bad", "note")
    assert "breaker close desk" in stopped.more
