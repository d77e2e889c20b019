import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.landing.posts import land_posts
from intel_pipeline.warehouse.landing.profiles import land_profiles
from intel_pipeline.warehouse.landing.registers import land_targets
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.warehouse.lands import START, captured, posts, profiles, rows, tables

PINNED = {"post_id": 2, "like_count": 20, "comment_count": 0, "caption": "two"}
TABLES = ("profile_history", "profile_changes", "posts", "post_metrics", "captures")


@pytest.fixture
def history(registry: Registry, lake: Path) -> tuple[list[Capture], list[Capture]]:
    shown = [profiles(follower_count=100), profiles(follower_count=100), profiles(follower_count=120, biography="New")]
    listed = [
        posts({"post_id": 1, "like_count": 10, "caption": "one"}, PINNED),
        posts({"post_id": 1, "like_count": 15, "caption": "one!", "is_pinned": True}),
        posts({"post_id": 1, "like_count": None, "caption": "one!!"}, {"post_id": 3, "like_count": 1}),
    ]
    return (
        [captured(registry, lake, number, frame, surface="profile") for number, frame in enumerate(shown)],
        [captured(registry, lake, number, frame, surface="posts") for number, frame in enumerate(listed)],
    )


def land(registry: Registry, lake: Path, file: Path, seen: list[Capture], listed: list[Capture]) -> tuple[int, int]:
    with writing(file) as transaction:
        changes = land_profiles(transaction, lake, seen, registry.captures)
        metrics = land_posts(transaction, lake, listed, registry.captures)
    assert not changes.unreadable + metrics.unreadable
    return changes.numbers["changes"], metrics.numbers["posts"]


def test_profiles_are_kept_whole_and_their_changes_apart(
    registry: Registry, lake: Path, file: Path, history: tuple[list[Capture], list[Capture]]
) -> None:
    assert land(registry, lake, file, *history) == (2, 5)
    kept = rows(file, "select captured_at, follower_count, biography from profile_history order by all")
    assert [(moment - START, count) for moment, count, _ in kept] == [
        (timedelta(days=number), count) for number, count in ((0, 100), (1, 100), (2, 120))
    ]
    assert rows(file, "select field, value_after, before_capture_id from profile_changes order by all") == [
        ("biography", "New", "desk-profile-1"),
        ("follower_count", "120", "desk-profile-1"),
    ]


def test_posts_are_listed_once_and_measured_each_time(
    registry: Registry, lake: Path, file: Path, history: tuple[list[Capture], list[Capture]]
) -> None:
    land(registry, lake, file, *history)
    day = timedelta(days=1)
    assert rows(file, "select post_id, caption, is_pinned, first_seen_at, last_seen_at from posts order by all") == [
        (1, "one!!", False, START, START + 2 * day),
        (2, "two", False, START, START),
        (3, None, False, START + 2 * day, START + 2 * day),
    ]
    sql = "select post_id, capture_id, likes_gained, engagement_rate from post_metrics order by capture_id, post_id"
    assert rows(file, sql) == [
        (1, "desk-posts-0", None, pytest.approx(0.13)),
        (2, "desk-posts-0", None, pytest.approx(0.2)),
        (1, "desk-posts-1", 5, pytest.approx(0.18)),
        (1, "desk-posts-2", None, None),
        (3, "desk-posts-2", None, pytest.approx(4 / 120)),
    ]


@pytest.mark.parametrize("order", [(2, 1, 0), (0,)])
def test_landing_again_in_any_order_changes_nothing(
    registry: Registry, lake: Path, file: Path, history: tuple[list[Capture], list[Capture]], order: tuple[int, ...]
) -> None:
    land(registry, lake, file, *history)
    once = tables(file, TABLES)
    for number in order:
        land(registry, lake, file, [history[0][number]], [history[1][number]])
    assert tables(file, TABLES) == once


def test_posts_that_are_landed_from_the_newest_to_the_oldest_know_when_they_were_first_seen(
    registry: Registry, lake: Path, file: Path, tmp_path: Path, history: tuple[list[Capture], list[Capture]]
) -> None:
    land(registry, lake, file, *history)
    other = tmp_path / "other.duckdb"
    land(registry, lake, other, history[0], history[1][::-1])
    assert tables(other, ["posts", "post_metrics"]) == tables(file, ["posts", "post_metrics"])


def test_a_capture_without_a_snapshot_is_told_of_and_measures_nothing(
    registry: Registry, lake: Path, file: Path
) -> None:
    failed = [captured(registry, lake, 0, None, surface=surface, verdict="failed") for surface in ("profile", "posts")]
    assert land(registry, lake, file, failed[:1], failed[1:]) == (0, 0)
    assert len(rows(file, "from captures where verdict = 'failed'")) == 2


def test_the_watchlist_in_the_warehouse_is_the_one_of_now(registry: Registry, file: Path) -> None:
    for name in ("nasa", "esa"):
        registry.targets.add(name, None, None)
        with writing(file) as transaction:
            land_targets(transaction, registry.targets.all())
    registry.targets.set_state("nasa", "removed")
    registry.targets.identify("esa", 7, "esa.int")
    with writing(file) as transaction:
        land_targets(transaction, registry.targets.all())
    assert rows(file, "select target, username, user_id, state, purpose from targets") == [
        ("esa", "esa.int", 7, "active", None)
    ]


def test_in_whatever_order_captures_come_the_tables_are_the_same(
    registry: Registry, lake: Path, tmp_path: Path, history: tuple[list[Capture], list[Capture]]
) -> None:
    seen, listed = history
    for number in range(3):
        land(registry, lake, tmp_path / "forwards.duckdb", [seen[number]], [listed[number]])
        land(registry, lake, tmp_path / "backwards.duckdb", [], [listed[2 - number]])
    for number in (2, 0, 1):
        land(registry, lake, tmp_path / "backwards.duckdb", [seen[number]], [])
    forwards = tables(tmp_path / "forwards.duckdb", TABLES)
    assert tables(tmp_path / "backwards.duckdb", TABLES) == forwards
    assert len(forwards["post_metrics"]) == 5


def test_a_capture_that_was_not_there_yet_changes_what_the_next_one_was_held_against(
    registry: Registry, lake: Path, file: Path
) -> None:
    last = captured(registry, lake, 2, profiles(biography="New"), surface="profile")
    metrics = captured(registry, lake, 2, posts({"post_id": 1, "like_count": 10}), surface="posts")
    land(registry, lake, file, [last], [metrics])
    first = captured(registry, lake, 0, profiles(biography="Old"), surface="profile")
    earlier = captured(registry, lake, 1, posts({"post_id": 1, "like_count": 4}), surface="posts")
    land(registry, lake, file, [first], [earlier])
    assert rows(file, "select value_before, value_after, before_capture_id from profile_changes") == [
        ("Old", "New", "desk-profile-0")
    ]
    assert rows(file, "select likes_gained from post_metrics order by captured_at") == [(None,), (6,)]


shown_posts = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 9) | st.none(), st.sampled_from("abc")), unique_by=lambda one: one[0]
)
one_target = st.lists(st.tuples(st.sampled_from([None, "x", "y"]), st.integers(0, 5), shown_posts), max_size=4)


@given(told=st.lists(one_target, min_size=1, max_size=3), seed=st.integers(0, 99), size=st.integers(1, 7))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_captures_of_any_targets_at_once_teach_what_each_teaches_by_itself(  # noqa: PLR0913
    registry: Registry,
    lake: Path,
    tmp_path: Path,
    migrated: Path,
    told: list[list[tuple[str | None, int, list[tuple[int, int | None, str]]]]],
    seed: int,
    size: int,
) -> None:
    folder = tmp_path / str(len([*tmp_path.glob("*")]))
    folder.mkdir()
    for name in ("one", "many"):
        shutil.copyfile(migrated, folder / f"{name}.duckdb")
    captures = []
    for place, days in enumerate(told):
        for number, (biography, count, listed) in enumerate(days):
            kept = partial(captured, registry, lake, number, target=f"desk-{folder.name}-{place}")
            captures.append(kept(profiles(biography=biography, follower_count=count), surface="profile"))
            frame = posts(*({"post_id": one, "like_count": likes, "caption": text} for one, likes, text in listed))
            captures.append(kept(frame, surface="posts"))
    # In one transaction: opening the file for each is most of what this would cost.
    with writing(folder / "one.duckdb") as transaction:
        for capture in sorted(captures, key=lambda one: (one.started_at, one.surface == "posts")):
            land_one = land_profiles if capture.surface == "profile" else land_posts
            assert not land_one(transaction, lake, [capture], registry.captures).unreadable
    shuffled = Random(seed).sample(captures, len(captures))
    for place in range(0, len(shuffled), size):
        part = shuffled[place : place + size]
        by_surface = ([one for one in part if one.surface == surface] for surface in ("profile", "posts"))
        land(registry, lake, folder / "many.duckdb", *by_surface)
    if captures:
        assert tables(folder / "many.duckdb", TABLES) == tables(folder / "one.duckdb", TABLES)


def test_a_snapshot_that_cannot_be_read_hides_no_other(
    registry: Registry, lake: Path, file: Path, history: tuple[list[Capture], list[Capture]]
) -> None:
    seen, listed = history
    (lake / str(listed[0].snapshot)).write_bytes(b"")
    with writing(file) as transaction:
        assert not land_profiles(transaction, lake, seen, registry.captures).unreadable
        landed = land_posts(transaction, lake, listed, registry.captures)
    # The second was held against the first, the third against the second.
    assert len(landed.unreadable) == 2
    assert rows(file, "select distinct capture_id from post_metrics") == [("desk-posts-2",)]
