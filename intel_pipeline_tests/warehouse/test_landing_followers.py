import shutil
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.changes.evidence import change_id
from intel_pipeline.changes.rows import KEPT
from intel_pipeline.changes.standing import LOST, Standing
from intel_pipeline.contracts.change import FOLLOWER_CHANGE
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.derive import CHANGES
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing import followers as landing
from intel_pipeline.warehouse.landing.followers import land_followers
from intel_pipeline.warehouse.landing.known import Known, known_of, open_losses
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import ref
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.changes.captures import History, Seen, folded, histories, newest_named, people
from intel_pipeline_tests.warehouse.lands import START, captured, followers, rows, tables

TABLES = (
    "followers",
    "follower_change_log",
    "follower_balance",
    "sightings",
    "captures",
    "open_losses",
    "lost",
    "follower_spans",
)
CROWD = range(12, 0, -1)
NEWEST_WORDS = """
from follower_change_log
qualify row_number() over (partition by change_id order by learned_at desc, state) = 1 order by all
"""


def made(registry: Registry, lake: Path, history: History, target: str = "desk") -> list[Capture]:
    return [
        captured(
            registry,
            lake,
            number,
            followers(seen.members),
            target=target,
            verdict="complete" if seen.complete else "partial",
            reported=int(seen.count),
        )
        for number, seen in enumerate(history)
    ]


def land(registry: Registry, lake: Path, file: Path, *captures: Capture) -> dict[str, int]:
    with writing(file) as transaction:
        landed = land_followers(transaction, Lake(lake, registry.captures), captures)
    assert not landed.unreadable
    return landed.numbers


def one_by_one(registry: Registry, lake: Path, file: Path, captures: list[Capture]) -> None:
    """Land each capture by itself, without the cost of opening the file for each."""
    with writing(file) as transaction:
        for capture in captures:
            land_followers(transaction, Lake(lake, registry.captures), [capture])


def learned(file: Path, target: str = "desk", table: str = "follower_change_log") -> list[tuple[object, ...]]:
    names = ", ".join(name for name in FOLLOWER_CHANGE if not name.endswith("capture_id"))
    sql = (
        f"select {names}, capture_id[-1:]::int from {table} where target = ? order by learned_at, user_id, kind, state"  # noqa: S608  our own names
    )
    return rows(file, sql, target)


def expected(history: History, target: str = "desk") -> list[tuple[object, ...]]:
    """Return what the change code says of the whole history at once, in memory."""
    log = newest_named(folded(history, target)[0]).sort("learned_at", "user_id", "kind", "state")
    captures = log["capture_id"].str.slice(-1).cast(pl.Int64)
    known = [name for name in FOLLOWER_CHANGE if not name.endswith("capture_id")]
    return log.with_columns(number=captures).select(*known, "number").rows()


@given(history=histories, seed=st.integers(0, 99), compared=st.booleans())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_landing_in_whatever_order_teaches_what_the_whole_history_teaches_at_once(  # noqa: PLR0913
    registry: Registry, lake: Path, file: Path, history: History, seed: int, *, compared: bool
) -> None:
    known = rows(file, "select count(distinct target) from captures")[0][0]
    target = f"desk-{known}"
    captures = made(registry, lake, history, target)
    if not compared:
        # As captures left it that knew nothing of differences.
        shutil.rmtree(lake / difference_file.FOLDER, ignore_errors=True)
    shuffled = Random(seed).sample(captures, len(captures))
    one_by_one(registry, lake, file, shuffled)
    assert learned(file, target) == expected(history, target)
    assert rows(file, CHANGES) == rows(file, "select count(*) from follower_changes")
    named = rows(file, "select change_id, target, kind, user_id, first_capture_id from follower_changes")
    assert all(found == change_id(*finding) for found, *finding in named)
    standing = "select * exclude (cause) from follower_changes order by all"
    assert rows(file, standing) == rows(file, NEWEST_WORDS)
    once = tables(file, TABLES)
    one_by_one(registry, lake, file, captures)
    assert tables(file, TABLES) == once


@given(chosen=st.lists(histories, min_size=2, max_size=3), seed=st.integers(0, 99), steps=st.sampled_from((0, 2, 20)))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_targets_at_once_teach_what_each_teaches_by_itself_however_many_captures_are_due(  # noqa: PLR0913
    registry: Registry,
    lake: Path,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: list[History],
    seed: int,
    steps: int,
) -> None:
    monkeypatch.setattr(landing, "STEPS", steps)
    known = rows(file, "select count(distinct target) from captures")[0][0]
    told = {f"desk-{known + number}": history for number, history in enumerate(chosen)}
    captures = [capture for target, history in told.items() for capture in made(registry, lake, history, target)]
    shuffled = Random(seed).sample(captures, len(captures))
    for part in (shuffled[::2], shuffled[1::2]):
        land(registry, lake, file, *part)
    for target, history in told.items():
        assert learned(file, target) == expected(history, target)
        assert states(loaded_of(registry, lake, file, target)) == states(folded(history, target)[1])


def test_who_came_back_and_left_once_more_is_lost_whether_a_history_is_landed_at_once_or_day_by_day(
    registry: Registry, lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, gone = (Seen(people(*some)) for some in (CROWD, CROWD[1:]))
    history = [there] * 4 + [gone] * 5 + [there] * 4 + [gone] * 5
    captures = made(registry, lake, history)
    daily, parts, whole = (tmp_path / name for name in ("daily.duckdb", "parts.duckdb", "whole.duckdb"))
    one_by_one(registry, lake, daily, captures)
    monkeypatch.setattr(landing, "STEPS", 0)
    # Lost at the end of the first part, and again at the end of the second.
    with writing(parts) as transaction:
        for part in (captures[:9], captures[9:]):
            land_followers(transaction, Lake(lake, Histories(captures[: captures.index(part[-1]) + 1])), part)
    land(registry, lake, whole, *captures)
    assert rows(daily, "select user_id from lost") == [(CROWD[0],)]
    assert tables(parts, TABLES) == tables(whole, TABLES) == tables(daily, TABLES)


@given(history=histories)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_warehouse_knows_before_a_capture_is_what_was_known_after_the_one_before(
    registry: Registry, lake: Path, file: Path, history: History
) -> None:
    known = rows(file, "select count(distinct target) from captures")[0][0]
    target = f"desk-{known}"
    captures = made(registry, lake, history, target)
    one_by_one(registry, lake, file, captures)
    loaded = loaded_of(registry, lake, file, target)
    log, carried = folded(history, target)
    assert states(loaded) == states(carried)
    assert log.height == len(learned(file, target))


def loaded_of(registry: Registry, lake: Path, file: Path, target: str = "desk") -> Standing:
    """Return what the warehouse knows of a target after its newest capture."""
    with writing(file) as transaction:
        known = known_of(transaction, Lake(lake, registry.captures), [target])[target]
        assert isinstance(known, Known)
        losses = open_losses(transaction, [target]).drop("target")
        lost = transaction.query("select user_id, username, not_before from lost where target = ?", target).cast(LOST)
    members = known.members
    if members is None:
        assert known.before is not None
        members = snapshot_file.scan(lake, str(registry.captures.get(known.before.capture_id).snapshot))
    return Standing(members, known.before, losses, lost, known.balance, known.since)


def states(standing: Standing) -> list[object]:
    """Return what is known, without what is called differently in the two worlds."""
    return [
        standing.members.lazy().select(MEMBER.names()).collect().rows(),
        sorted(standing.losses.select("user_id", "username", "not_before", "not_after", "reason").rows()),
        sorted(standing.lost.rows()),
        [row._replace(capture_id="") for row in standing.balance],
        standing.since,
        standing.based,
    ]


def test_the_balance_is_the_same_at_the_edge_of_what_is_kept(registry: Registry, lake: Path, file: Path) -> None:
    quiet = Seen({1: "ann", 2: "bob"})
    history = [quiet, Seen({2: "bob"}, reported=2), Seen({1: "ann"}, complete=False), *[quiet] * (KEPT + 1)]
    one_by_one(registry, lake, file, made(registry, lake, history))
    loaded = loaded_of(registry, lake, file)
    _, carried = folded(history)
    assert len(carried.balance) == KEPT + 1
    assert carried.balance[0].returned == 1
    assert states(loaded) == states(carried)


def without(*missing: int, first: tuple[int, ...] = ()) -> dict[int, str]:
    return people(*first, *(number for number in CROWD if number not in missing))


HISTORY = (
    Seen(without()),
    Seen(without(7), reported=12),
    Seen(people(7), complete=False),
    Seen({**without(2, first=(20,)), 5: "eve"}),
    # Somebody has flickered here, so that it takes more than two absences.
    *(Seen({**without(2, first=(20,)), 5: "eve"}) for _ in range(8)),
)


def test_many_captures_at_once_land_as_one_after_the_other(registry: Registry, lake: Path, tmp_path: Path) -> None:
    captures = made(registry, lake, HISTORY)
    for capture in captures:
        land(registry, lake, tmp_path / "one.duckdb", capture)
    counted = land(registry, lake, tmp_path / "all.duckdb", *captures)
    assert tables(tmp_path / "all.duckdb", TABLES) == tables(tmp_path / "one.duckdb", TABLES)
    assert counted.pop("left suspected") >= 2
    assert counted == {
        "left retracted": 1,
        "left confirmed": 1,
        "revealed confirmed": 1,
        "renamed confirmed": 1,
    }


def test_the_view_shows_where_each_change_stands_now(registry: Registry, lake: Path, file: Path) -> None:
    land(registry, lake, file, *made(registry, lake, HISTORY))
    assert rows(file, "select user_id, kind, state, cause from follower_changes order by all") == [
        (2, "left", "confirmed", "unknown"),
        (5, "renamed", "confirmed", None),
        (7, "left", "retracted", "unknown"),
        (20, "revealed", "confirmed", None),
    ]


def test_the_members_are_those_of_the_newest_complete_capture_with_the_day_they_were_first_seen(
    registry: Registry, lake: Path, file: Path
) -> None:
    captures = made(registry, lake, HISTORY)
    land(registry, lake, file, *captures)
    found = rows(file, "select user_id, username, first_seen_at, last_seen_at, capture_id from followers order by all")
    last = captures[-1]
    assert [row[0] for row in found] == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20]
    assert found[3] == (5, "eve", START, last.started_at, last.capture_id)
    assert found[-1] == (20, "person.20", captures[3].started_at, last.started_at, last.capture_id)


def test_an_older_capture_that_is_landed_again_brings_nobody_back_to_an_empty_list(
    registry: Registry, lake: Path, file: Path
) -> None:
    captures = made(registry, lake, [Seen({1: "ann"}), Seen({})])
    land(registry, lake, file, *captures)
    land(registry, lake, file, captures[0])
    assert rows(file, "from followers") == []


@pytest.mark.parametrize("verdict", ["suspect", "limited", "failed"])
def test_a_capture_that_is_not_complete_proves_nobodys_absence(
    registry: Registry, lake: Path, file: Path, verdict: str
) -> None:
    first = captured(registry, lake, 0, followers({1: "ann"}))
    frame = None if verdict == "failed" else followers({})
    nothing = [captured(registry, lake, number, frame, verdict=verdict) for number in (1, 2, 3)]
    land(registry, lake, file, first, *nothing)
    assert learned(file) == []
    assert rows(file, "select user_id from followers") == [(1,)]
    assert rows(file, "select verdict, count(*) from captures group by all order by all") == [
        ("complete", 1),
        (verdict, 3),
    ]


def test_targets_do_not_mix(registry: Registry, lake: Path, file: Path) -> None:
    ours = made(registry, lake, HISTORY)
    others = made(registry, lake, HISTORY[:2], "rival")
    for pair in zip(ours, others, strict=False):
        land(registry, lake, file, *pair)
    land(registry, lake, file, *ours[2:])
    assert learned(file) == expected(HISTORY)
    assert learned(file, "rival") == expected(HISTORY[:2], "rival")


def test_a_snapshot_that_is_cut_short_names_itself_and_the_others_of_the_batch_are_landed(
    registry: Registry, lake: Path, file: Path
) -> None:
    first, second = made(registry, lake, HISTORY[:2])
    cut = lake / str(second.snapshot)
    cut.write_bytes(cut.read_bytes()[:-40])
    with writing(file) as transaction:
        landed = land_followers(transaction, Lake(lake, registry.captures), [first, second])
    assert "desk-followers-1.parquet is unusable: it is cut short" in landed.unreadable[0]
    kept = tables(file, TABLES)["followers"]
    assert kept
    assert all(first.capture_id in row for row in kept)
    assert tables(file, TABLES)["follower_change_log"] == []


def test_a_capture_that_is_not_finished_is_no_evidence(registry: Registry, lake: Path) -> None:
    capture = captured(registry, lake, 0, followers({1: "ann"}))
    capture.finished_at = None
    with pytest.raises(ValueError, match="desk-followers-0 is not finished"):
        ref(capture)


def test_a_long_list_is_landed_in_one_go(registry: Registry, lake: Path, file: Path) -> None:
    first = followers({number: f"p{number}" for number in range(1, 20_001)})
    second = first.filter(pl.col("user_id") % 1000 != 0)
    captures = [captured(registry, lake, number, frame) for number, frame in enumerate((first, *[second] * 4))]
    assert land(registry, lake, file, *captures) == {"left suspected": 20, "left confirmed": 20}
    assert rows(file, "select count(*) from followers") == [(19_980,)]
