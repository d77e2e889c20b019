import logging
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel_pipeline.changes.differences import DIFFERENCE
from intel_pipeline.lake import difference_file
from intel_pipeline.lake.difference_file import Against

A, B = Against("a", -1), Against("b", -2)
SNAPSHOT, OTHER = "followers/target=desk/b.parquet", "followers/target=desk/c.parquet"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    for snapshot in (SNAPSHOT, OTHER):
        (tmp_path / snapshot).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / snapshot).write_bytes(b"the rows of" + bytes(9999) + b"a list")
    return tmp_path


def gone(*user_ids: int) -> pa.Table:
    rows = [{**dict.fromkeys(DIFFERENCE), "part": 1, "user_id": one, "username": "ann"} for one in user_ids]
    return pl.DataFrame(rows, schema=DIFFERENCE).to_arrow()


def kept(lake: Path, against: Against, snapshot: str = SNAPSHOT) -> list[int] | None:
    rows = difference_file.read(lake, against, snapshot)
    return None if rows is None else difference_file.together([rows])["user_id"].to_list()


def test_what_is_kept_is_told_for_the_list_that_it_was_held_against(lake: Path) -> None:
    difference_file.write(lake, A, SNAPSHOT, gone(1))
    difference_file.write(lake, B, OTHER, gone(2, 3))
    found = [kept(lake, B, OTHER), kept(lake, B, "followers/never.parquet"), kept(lake, A)]
    assert found == [[2, 3], None, [1]]


def test_several_are_told_at_once_in_their_order(lake: Path) -> None:
    rows = difference_file.together([gone(3, 1), gone(2)], ["username", "user_id"])
    assert rows.rows() == [("ann", 3), ("ann", 1), ("ann", 2)]


def test_it_is_not_told_where_another_list_came_before_or_other_rules_hold(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    difference_file.write(lake, A, SNAPSHOT, gone(1))
    assert [kept(lake, other) for other in (Against("late import", -1), Against("a", 0))] == [None, None]
    monkeypatch.setattr(difference_file, "RULES", difference_file.RULES + 1)
    assert kept(lake, A) is None


@pytest.mark.parametrize("cut", [slice(0), slice(-1), slice(1, None)], ids=["empty", "cut short", "shorter"])
def test_it_is_not_told_where_its_snapshot_is_another_one_now(lake: Path, cut: slice) -> None:
    difference_file.write(lake, A, SNAPSHOT, gone(1))
    (lake / SNAPSHOT).write_bytes((lake / SNAPSHOT).read_bytes()[cut])
    assert kept(lake, A) is None


def test_it_is_not_told_where_its_snapshot_ends_otherwise_or_is_missing(lake: Path) -> None:
    difference_file.write(lake, A, SNAPSHOT, gone(1))
    content = (lake / SNAPSHOT).read_bytes()
    (lake / SNAPSHOT).write_bytes(content[:-1] + b"X")
    assert kept(lake, A) is None
    (lake / SNAPSHOT).unlink()
    assert kept(lake, A) is None
    (lake / SNAPSHOT).write_bytes(content)
    assert kept(lake, A) == [1]


@pytest.mark.parametrize("left", [0, 30, -20])
def test_one_that_is_cut_short_is_as_good_as_none_and_said(
    lake: Path, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    path = lake / difference_file.write(lake, A, SNAPSHOT, gone(1))
    path.write_bytes(path.read_bytes()[:left])
    with caplog.at_level(logging.WARNING):
        assert kept(lake, A) is None
    assert "compared again" in caplog.text


@given(places=st.sets(st.integers(0, 2**16), min_size=1, max_size=3), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_of_which_a_bit_has_changed_is_as_good_as_none_and_never_told_wrongly(
    lake: Path, places: set[int], bit: int
) -> None:
    path = lake / difference_file.write(lake, A, SNAPSHOT, gone(*range(99)))
    content = bytearray(path.read_bytes())
    for place in places:
        content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    assert kept(lake, A) in (None, [*range(99)])
