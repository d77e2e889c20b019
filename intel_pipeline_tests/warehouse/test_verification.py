"""What `verify` finds, and that it finds nothing where nothing is wrong."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from intel_pipeline.lake import difference_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.session_limits import limits_of
from intel_pipeline.warehouse.equality import compare_rebuilt
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline.warehouse.verification import Verified, verify
from intel_pipeline.warehouse.writer import connected
from intel_pipeline_tests.warehouse.course import Course
from intel_pipeline_tests.warehouse.folder import landed, quiet


@pytest.fixture
def grown(pipeline: Pipeline, lived: Course) -> Pipeline:
    """A pipeline whose warehouse has grown for some days."""
    for of_day in lived.days(9):
        landed(pipeline, pipeline.settings.warehouse_file, of_day)
    return pipeline


def looked(pipeline: Pipeline) -> Verified:
    return verify(pipeline, quiet)


def differing(pipeline: Pipeline) -> list[tuple[str, str | None, int, int]]:
    return [(one.what, one.target, one.expected, one.found) for one in looked(pipeline).differences]


def spoil(pipeline: Pipeline, sql: str) -> None:
    with connected(pipeline.settings.warehouse_file) as connection:
        connection.execute(sql)


def test_a_warehouse_that_grew_day_by_day_holds(grown: Pipeline) -> None:
    found = looked(grown)
    assert (found.differences, found.unreadable, found.holds) == ([], [], True)
    assert found.captures == found.tables["captures"] > 100
    assert found.tables["lesson_followers"] > 0


SPOILED = [
    (
        "insert into settlements values ('c', 'desk-1', 7, 'unfollowed', now())",
        "settlements that the registry does not have",
    ),
    (
        "delete from members where target = 'desk-1' and user_id = (select min(user_id) from members where target = 'desk-1')",
        "members, by the last complete list",
    ),
    (
        "delete from followees where user_id = (select min(user_id) from followees)",
        "followees, by the last complete list",
    ),
    ("insert into open_losses from open_losses limit 1", "losses that are suspected, by the log"),
    ("delete from lost", "followers lost, by the log"),
    (
        "delete from lessons where kind = 'left' and target = 'desk-1'",
        "losses that captures taught, by the log",
    ),
    ("insert into lessons from lessons limit 1", "lessons that are told twice"),
    ("delete from lesson_followers where user_id % 2 = 0", "followers of whom lessons tell"),
    ("delete from renames", "followers of whom lessons tell"),
    ("delete from profile_history where capture_id = 'desk-1-profile-2'", "profiles in the history"),
    ("delete from follower_balance where capture_id = 'desk-1-followers-2'", "follower lists in the balance"),
    ("delete from post_metrics where capture_id = 'desk-1-posts-2'", "posts measured"),
    ("insert into captures from captures where capture_id = 'desk-1-profile-2'", "captures that are landed twice"),
    (
        "update captures set verdict = 'complete' where capture_id = 'desk-1-profile-2'; update captures set row_count = 7 where capture_id = 'desk-1-profile-2'",
        "captures as the registry has them",
    ),
    (
        "update captures set capture_id = 'unknown' where capture_id = 'desk-1-profile-2'",
        "captures that the registry does not have",
    ),
]


def test_each_thing_that_is_spoiled_is_found_by_name(grown: Pipeline, tmp_path: Path) -> None:
    file = grown.settings.warehouse_file
    sound = file.read_bytes()
    missed = []
    for sql, what in SPOILED:
        file.write_bytes(sound)
        spoil(grown, sql)
        if what not in {name for name, *_ in differing(grown)}:
            missed.append((what, differing(grown)))
    assert missed == []


def test_what_is_not_landed_yet_is_awaited_and_no_fault(grown: Pipeline, lived: Course) -> None:
    spoil(grown, "delete from captures where capture_id = 'desk-1-followees-2'")
    found = looked(grown)
    assert (found.differences, found.awaiting) == ([], {"desk-1": 1})


def test_a_snapshot_that_is_missing_cut_short_or_of_another_number_of_rows_is_named(grown: Pipeline) -> None:
    lake = grown.settings.lake_dir
    missing, cut, other = (grown.registry.captures.get(f"desk-{number}-profile-0") for number in range(3))
    (lake / str(missing.snapshot)).unlink()
    (lake / str(cut.snapshot)).write_bytes(b"PAR1")
    (lake / str(other.snapshot)).write_bytes(
        (lake / str(grown.registry.captures.get("desk-2-posts-0").snapshot)).read_bytes()
    )
    found = looked(grown)
    assert not found.holds
    for line, words in zip(found.unreadable, ("missing", "cut short", "the registry 1"), strict=True):
        assert words in line


def test_without_a_warehouse_everything_is_awaited(pipeline: Pipeline, lived: Course) -> None:
    captures = [one for of_day in lived.days(1) for one in of_day]
    found = looked(pipeline)
    assert (found.awaiting.total(), found.holds) == (len(captures), True)


def test_everything_derived_again_equals_what_grew(grown: Pipeline) -> None:
    compared = compare_rebuilt(grown, quiet)
    assert (compared.differences, compared.unreadable) == ([], [])
    assert compared.rows > 500
    assert sorted(path.name for path in grown.settings.warehouse_file.parent.iterdir()) == [
        "warehouse.duckdb",
        "warehouse.lock",
    ]


def test_where_rows_lie_and_what_was_asked_since_is_no_difference(grown: Pipeline) -> None:
    spoil(grown, "update members set packed = true")
    grown.registry.ledger.reserve(Wanted("desk", "other"), limits_of(grown.settings, None), 0)
    compared = compare_rebuilt(grown, quiet)
    assert (compared.differences, compared.unreadable) == ([], [])


def test_a_row_that_counts_do_not_tell_is_found_by_deriving_everything_again(grown: Pipeline) -> None:
    spoil(grown, "update members set username = 'somebody.else' where target = 'desk-1'")
    assert looked(grown).holds
    (difference,) = compare_rebuilt(grown, quiet).differences
    assert (difference.what, difference.target) == ("rows of members that differ from the rebuilt ones", "desk-1")
    assert difference.expected == difference.found > 0


def test_what_was_kept_of_how_lists_differ_is_not_taken_for_true_where_everything_is_derived_again(
    grown: Pipeline,
) -> None:
    lake = grown.settings.lake_dir
    history = [one for one in grown.registry.captures.history("desk-1", "followers") if one.verdict == "complete"]
    for before, one in pairwise(history):
        against = Against(before.capture_id, (one.distinct_count or 0) - (before.distinct_count or 0))
        # A list that was accepted afterwards was held against by nobody.
        if kept := difference_file.read(lake, against, str(one.snapshot)):
            untrue = difference_file.together([kept]).with_columns(username=pl.lit("somebody.else"))
            difference_file.write(lake, against, str(one.snapshot), untrue.to_arrow())
    assert compare_rebuilt(grown, quiet).differences == []
    # A rebuild rests on it, and what it makes is found to be untrue.
    rebuild(grown, None, lambda *_: None)
    assert {one.target for one in compare_rebuilt(grown, quiet).differences} == {"desk-1"}


def test_a_target_that_awaits_a_landing_is_left_out(grown: Pipeline) -> None:
    spoil(grown, "update members set username = 'somebody.else' where target = 'desk-1'")
    spoil(grown, "update follower_balance set rules = 1 where target = 'desk-1'")
    compared = compare_rebuilt(grown, quiet)
    assert (compared.differences, compared.left_out) == ([], ["desk-1"])
