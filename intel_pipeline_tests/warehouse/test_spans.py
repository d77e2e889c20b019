from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel_pipeline.registry.store import Registry
from intel_pipeline.warehouse.landing import followers as landing
from intel_pipeline.warehouse.landing.followers import land_followers
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.spans import pack_spans
from intel_pipeline.warehouse.schema import applied_to, migrations
from intel_pipeline.warehouse.writer import connected, writing
from intel_pipeline_tests.changes.captures import CHANGE, History, Seen, folded, people
from intel_pipeline_tests.warehouse.lands import rows
from intel_pipeline_tests.warehouse.test_landing_followers import HISTORY, made, one_by_one

FIRST_WITH_SPANS = 8
# Random histories that stay as they are for some captures, as a loss must before it is confirmed.
SEEN = st.builds(
    Seen,
    st.dictionaries(st.integers(1, 4), st.sampled_from(["ann", "bob", "cem"]), max_size=4),
    st.sampled_from([True, True, True, False]),
)
STEADY = st.lists(st.tuples(SEEN, st.integers(1, 4)), min_size=1, max_size=5).map(
    lambda told: [seen for seen, times in told for _ in range(times)]
)
SPANS = """
select user_id, username, began_as, followed_not_before, followed_not_after, left_not_before, left_not_after
from {table} where target = ? order by user_id, followed_not_after
"""


def land(registry: Registry, lake: Path, file: Path, history: History) -> None:
    with writing(file) as transaction:
        land_followers(transaction, Lake(lake, registry.captures), made(registry, lake, history))


def spans(file: Path, target: str = "desk", table: str = "follower_spans") -> list[tuple[Any, ...]]:
    return rows(file, SPANS.format(table=table), target)


def began(number: int) -> datetime:
    return datetime(2026, 11, 1 + number, 6, tzinfo=UTC)


def ended(number: int) -> datetime:
    return datetime(2026, 11, 1 + number, 6, 9, tzinfo=UTC)


@given(history=STEADY, seed=st.integers(0, 99))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_agree_with_the_log_and_with_who_is_known_to_follow_in_whatever_order_captures_are_landed(
    registry: Registry, lake: Path, file: Path, history: History, seed: int
) -> None:
    known = rows(file, "select count(distinct target) from captures")[0][0]
    target = f"desk-{known}"
    captures = made(registry, lake, history, target)
    one_by_one(registry, lake, file, Random(seed).sample(captures, len(captures)))
    found = spans(file, target)
    assert found == spans(file, target, "spans_by_log")
    assert_never_twice_at_a_time(found)

    log, standing = folded(history, target)
    names = dict(standing.members.select("user_id", "username").lazy().collect().rows())
    names |= dict(standing.losses.select("user_id", "username").rows())
    assert {span[0]: span[1] for span in found if span[-1] is None} == (names if standing.based else {})
    newest = log.unique(CHANGE, keep="last")
    begun = [
        (row["user_id"], row["kind"], None if row["kind"] == "revealed" else row["not_before"], row["not_after"])
        for row in newest.iter_rows(named=True)
        if row["kind"] in ("followed", "revealed", "refollowed")
    ]
    told = [(span[0], *span[2:5]) for span in found if span[2] != "present"]
    # Each in its order: somebody may be revealed and, having left, follow again.
    assert told == sorted(begun, key=lambda row: (row[0], row[3]))
    over = [
        (row["user_id"], row["username"], row["not_before"], row["not_after"])
        for row in newest.iter_rows(named=True)
        if (row["kind"], row["state"]) == ("left", "confirmed")
    ]
    assert sorted((s[0], s[1], *s[5:]) for s in found if s[-1] is not None) == sorted(over)


def assert_never_twice_at_a_time(found: list[tuple[Any, ...]]) -> None:
    of_each = defaultdict(list)
    for user_id, _, began_as, not_before, not_after, _, left_not_after in found:
        assert not_before is None or not_before < not_after
        assert left_not_after is None or not_after < left_not_after
        of_each[user_id].append((began_as, not_after, left_not_after))
    for own in of_each.values():
        for earlier, later in pairwise(own):
            assert earlier[-1] is not None
            assert earlier[-1] < later[1]
            assert later[0] == "refollowed"


def test_a_span_begins_and_ends_with_the_moments_that_are_proven(registry: Registry, lake: Path, file: Path) -> None:
    land(registry, lake, file, HISTORY)
    found = {span[0]: span[1:] for span in spans(file)}
    first, fourth = ended(0), ended(3)
    # Left, and that is confirmed. Somebody flickers here, so that it may have been a capture later.
    assert found[2][:4] == ("person.2", "present", None, first)
    assert found[2][4] == began(1)
    assert found[2][5] >= fourth
    # Missing once and back: never gone. Renamed: the same span under the newest name.
    assert found[7] == ("person.7", "present", None, first, None, None)
    assert found[5] == ("eve", "present", None, first, None, None)
    # Revealed: nobody knows since when.
    assert found[20] == ("person.20", "revealed", None, fourth, None, None)


def test_a_loss_that_is_only_suspected_ends_nothing(registry: Registry, lake: Path, file: Path) -> None:
    land(registry, lake, file, [Seen(people(1, 2)), Seen(people(1), reported=2)])
    assert rows(file, "select kind, state from follower_changes") == [("left", "suspected")]
    assert [span[0] for span in spans(file)] == [1, 2]
    assert [span[-1] for span in spans(file)] == [None, None]


def test_who_was_shown_before_the_first_complete_list_has_been_there_since_then(
    registry: Registry, lake: Path, file: Path
) -> None:
    land(registry, lake, file, [Seen(people(1, 3), complete=False), Seen(people(1, 2))])
    first, second = ended(0), ended(1)
    assert [(span[0], span[4]) for span in spans(file)] == [(1, first), (2, second), (3, first)]


def test_what_is_made_anew_lies_together_already(registry: Registry, lake: Path, file: Path) -> None:
    land(registry, lake, file, HISTORY)
    for table in ("members", "closed_spans"):
        assert rows(file, f"select distinct packed from {table}") == [(True,)]  # noqa: S608  our own names


def test_packing_changes_nothing_but_where_the_rows_lie(
    registry: Registry, lake: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    captures = [*made(registry, lake, HISTORY, "rival"), *made(registry, lake, HISTORY)]
    # Step by step, so that the rows of both lie mixed.
    monkeypatch.setattr(landing, "STEPS", len(captures))
    with writing(file) as transaction:
        land_followers(transaction, Lake(lake, registry.captures), captures)
    before = spans(file), spans(file, "rival")
    unpacked = (
        "select count(*) from (select packed from members union all select packed from closed_spans) where not packed"
    )
    lying = rows(file, unpacked)
    with writing(file) as transaction:
        pack_spans(transaction, unpacked=100)
    assert rows(file, unpacked) == lying != [(0,)]
    with writing(file) as transaction:
        pack_spans(transaction, unpacked=0)
    assert (spans(file), spans(file, "rival")) == before
    for table in ("members", "closed_spans"):
        assert rows(file, f"select distinct packed from {table}") == [(True,)]  # noqa: S608  our own names
        packed = rows(file, f"select target, followed_not_after, user_id from {table} order by rowid")  # noqa: S608  our own names
        assert packed == sorted(packed)


def test_names_over_time_are_told_once_however_many_targets_an_account_follows(
    registry: Registry, lake: Path, file: Path
) -> None:
    captures = [*made(registry, lake, HISTORY, "rival"), *made(registry, lake, HISTORY)]
    with writing(file) as transaction:
        land_followers(transaction, Lake(lake, registry.captures), captures)
    names = "select username, seen_from, seen_to from accounts where user_id = ? order by seen_from"
    assert rows(file, names, 5) == [("person.5", ended(0), ended(3)), ("eve", ended(3), None)]
    assert rows(file, names, 2) == [("person.2", ended(0), None)]
    assert rows(file, names, 20) == [("person.20", ended(3), None)]


def test_a_warehouse_from_before_there_were_spans_gets_those_of_all_that_was_learned(
    registry: Registry, lake: Path, file: Path
) -> None:
    land(registry, lake, file, HISTORY)
    old = file.with_name("old.duckdb")
    with connected(old) as connection:
        applied_to(connection, [])
        connection.execute(f"attach '{file}' as newer (read_only)")
        for one in migrations():
            if one.number < FIRST_WITH_SPANS:
                connection.execute(one.sql)
                connection.execute("insert into schema_migrations values (?, ?, now())", [one.number, one.checksum])
        for table in ("follower_change_log", "follower_balance", "sightings", "members", "lost"):
            old_ones, new_ones = (
                [name for name, *_ in connection.execute(f"describe {where}{table}").fetchall()]
                for where in ("", "newer.")
            )
            columns = ", ".join(name for name in old_ones if name in new_ones)
            connection.execute(f"insert into {table} by name select {columns} from newer.{table}")  # noqa: S608  our own names
    with writing(old):
        pass
    assert spans(old) == spans(file)
    for table in ("members", "lessons", "lesson_followers", "renames", "follower_change_log"):
        assert rows(old, f"from {table} order by all") == rows(file, f"from {table} order by all")
