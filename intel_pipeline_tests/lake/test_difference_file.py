import logging
from pathlib import Path

import polars as pl
import pytest

from intel_pipeline.changes.differences import DIFFERENCE
from intel_pipeline.lake import difference_file
from intel_pipeline.lake.difference_file import Against

A, B = Against("a", -1), Against("b", -2)
SNAPSHOT = "followers/target=desk/b.parquet"


def gone(user_id: int) -> pl.DataFrame:
    row = {**dict.fromkeys(DIFFERENCE), "part": "missing", "user_id": user_id, "username": "ann"}
    return pl.DataFrame([row], schema=DIFFERENCE)


def test_what_is_kept_is_told_for_the_list_that_it_was_held_against(tmp_path: Path) -> None:
    other = "followers/target=desk/c.parquet"
    difference_file.write(tmp_path, A, SNAPSHOT, gone(1))
    difference_file.write(tmp_path, B, other, pl.concat([gone(2), gone(3)]))
    found = difference_file.read_all(tmp_path, {other: B, "followers/never.parquet": B, SNAPSHOT: A})
    assert {one: rows["user_id"].to_list() for one, rows in found.items()} == {SNAPSHOT: [1], other: [2, 3]}


def test_it_is_not_told_where_another_list_came_before_or_other_rules_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    difference_file.write(tmp_path, A, SNAPSHOT, gone(1))
    for other in (Against("late import", -1), Against("a", 0)):
        assert difference_file.read_all(tmp_path, {SNAPSHOT: other}) == {}
    monkeypatch.setattr(difference_file, "RULES", difference_file.RULES + 1)
    assert difference_file.read_all(tmp_path, {SNAPSHOT: A}) == {}


@pytest.mark.parametrize("left", [0, 30, -20])
def test_one_that_is_damaged_is_as_good_as_none_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, left: int
) -> None:
    path = tmp_path / difference_file.write(tmp_path, A, SNAPSHOT, gone(1))
    path.write_bytes(path.read_bytes()[:left])
    with caplog.at_level(logging.WARNING):
        assert difference_file.read_all(tmp_path, {SNAPSHOT: A}) == {}
    assert "compared again" in caplog.text


def test_one_whose_rows_are_damaged_is_as_good_as_none_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / difference_file.write(tmp_path, A, SNAPSHOT, gone(1))
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(60) + content[64:])
    assert difference_file.read_all(tmp_path, {SNAPSHOT: A}) == {}
    assert "compared again" in caplog.text
