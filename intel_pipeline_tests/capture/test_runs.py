import random
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from intel_pipeline.capture import runs
from intel_pipeline.capture.runs import Runs
from intel_pipeline.instagram.errors import DriftError

SCHEMA = pl.Schema({"user_id": pl.Int64(), "username": pl.String(), "position": pl.Int64()})


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a list of hundreds be a long one."""
    monkeypatch.setattr(runs, "RUN", 100)
    monkeypatch.setattr(runs, "BLOCK", 8)
    monkeypatch.setattr(runs, "FRAME", 30)


def listed(ids: list[int], folder: Path) -> Runs:
    """Return a list that came in pages of seven, its names saying which sight of an id each row is."""
    found = Runs(SCHEMA, "user_id", folder)
    for begin in range(0, len(ids), 7):
        page = ids[begin : begin + 7]
        places = range(begin, begin + len(page))
        found.add(user_id=page, username=[f"at {place}" for place in places], position=places)
    return found


@pytest.mark.parametrize("size", [0, 1, 7, 99, 100, 105, 106, 700, 1000])
def test_a_list_of_any_length_comes_back_sorted_with_the_first_sight_of_each_id(size: int, tmp_path: Path) -> None:
    chance = random.Random(size)
    ids = [chance.randrange(1, 1 + size) for _ in range(size)]
    found = listed(ids, tmp_path)
    first = {number: place for place, number in reversed([*enumerate(ids)])}
    expected = [(number, f"at {place}", place) for number, place in sorted(first.items())]
    for _ in range(2):
        assert pl.concat(found).rows() == expected
    assert found.ids()["user_id"].to_list() == sorted(first)
    assert pl.concat(found).schema == SCHEMA
    assert found.ids().schema == {"user_id": pl.Int64}


def test_a_long_list_comes_in_frames_of_which_none_is_empty_or_goes_back(tmp_path: Path) -> None:
    frames = [*listed(random.Random(1).sample(range(10_000), 900), tmp_path)]
    assert len(frames) > 5
    assert min(frame.height for frame in frames) > 0
    assert all(before["user_id"][-1] < after["user_id"][0] for before, after in pairwise(frames))


def test_what_was_put_aside_has_no_name(tmp_path: Path) -> None:
    found = listed([*range(500)], tmp_path)
    assert [*tmp_path.iterdir()] == []
    assert pl.concat(found).height == 500


def test_a_value_of_another_type_is_drift_also_where_a_run_is_put_aside(tmp_path: Path) -> None:
    found = Runs(SCHEMA, "user_id", tmp_path)
    with pytest.raises(DriftError):
        found.add(user_id=["Ann"] * 100, username=["a"] * 100, position=range(100))
