from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.sorted_join import paired
from intel_pipeline.lake.row_groups import scanned
from intel_pipeline.sorting import rises

ids = st.sets(st.integers(-50, 50))
KEY = pl.Schema({"key": pl.Int64()})


def keyed(keys: list[int | None]) -> pl.LazyFrame:
    return pl.LazyFrame({"key": keys}, schema=KEY)


def in_groups(path: Path, keys: list[int | None], size: int = 2) -> pl.LazyFrame:
    pq.write_table(pa.table({"key": pa.array(keys, pa.int64())}), path, row_group_size=size)
    return scanned(path, KEY, OSError("unreadable"))


@given(ids, ids)
def test_each_key_of_either_side_is_paired_once(before: set[int], after: set[int]) -> None:
    joined = paired(keyed(sorted(before)), keyed(sorted(after)), "key").collect()
    assert sorted(joined["key"].drop_nulls()) == sorted(before)
    assert sorted(joined["key_after"].drop_nulls()) == sorted(after)
    both = joined.drop_nulls()
    assert both["key"].to_list() == both["key_after"].to_list()
    assert set(both["key"]) == before & after


@given(st.lists(st.none() | st.integers(-5, 5)), st.none() | st.integers(-5, 5))
def test_keys_rise_only_where_they_are_sorted_distinct_and_without_nulls(
    keys: list[int | None], last: int | None
) -> None:
    whole = keys if last is None else [last, *keys]
    told = rises(pl.Series(keys, dtype=pl.Int64), last)
    assert told == (None not in keys and whole == sorted(set(whole)))  # type: ignore[type-var]


@pytest.mark.parametrize("keys", [[2, 1], [1, 1], [1, None], [None, 1], [None]])
def test_what_cannot_be_merged_is_refused_by_name(keys: list[int | None]) -> None:
    with pytest.raises(ValueError, match="before is not sorted by key"):
        paired(keyed(keys), keyed([1, 2]), "key").collect()
    with pytest.raises(ValueError, match="after is not sorted by key"):
        paired(keyed([1, 2]), keyed(keys), "key").collect()


@pytest.mark.parametrize("keys", [[1, 2, 2, 3], [1, 3, 2, 4], [1, 2, None, 3], [5, 6, 7, 8, 1]])
def test_what_is_wrong_only_from_one_batch_to_the_next_is_refused(tmp_path: Path, keys: list[int | None]) -> None:
    good = in_groups(tmp_path / "good.parquet", [1, 2, 3, 4, 5, 6])
    bad = in_groups(tmp_path / "bad.parquet", keys)
    with pytest.raises(ValueError, match="after is not sorted by key"):
        paired(good, bad, "key").collect()


def test_a_frame_in_many_batches_is_paired_like_one_in_few(tmp_path: Path) -> None:
    odd, third = list(range(1, 400, 2)), list(range(0, 400, 3))
    many = paired(in_groups(tmp_path / "odd", [*odd], 7), in_groups(tmp_path / "third", [*third], 11), "key").collect()
    few = paired(keyed([*odd]), keyed([*third]), "key").collect()
    assert many.sort("key", "key_after").equals(few.sort("key", "key_after"))


def test_what_reading_a_stream_raises_is_raised_on_collecting(tmp_path: Path) -> None:
    good = in_groups(tmp_path / "good.parquet", [1, 2, 3, 4])
    gone = in_groups(tmp_path / "gone.parquet", [1, 2, 3, 4])
    (tmp_path / "gone.parquet").unlink()
    with pytest.raises(OSError, match="unreadable"):
        paired(good, gone, "key").collect()


def test_a_query_that_was_refused_can_be_asked_again(tmp_path: Path) -> None:
    pairs = paired(keyed([1, 2]), in_groups(tmp_path / "list.parquet", [2, 1]), "key")
    with pytest.raises(ValueError, match="after is not sorted"):
        pairs.collect()
    in_groups(tmp_path / "list.parquet", [2, 3])
    assert pairs.collect().height == 3
