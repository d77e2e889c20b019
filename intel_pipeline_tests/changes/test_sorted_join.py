import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.sorted_join import paired
from intel_pipeline.sorting import strictly_increasing

ids = st.sets(st.integers(-50, 50))


@given(ids, ids)
def test_each_key_of_either_side_is_paired_once(before: set[int], after: set[int]) -> None:
    left, right = (pl.DataFrame({"key": sorted(keys)}, schema={"key": pl.Int64}) for keys in (before, after))
    joined = paired(left, right, "key").collect(engine="streaming")
    assert sorted(joined["key"].drop_nulls()) == sorted(before)
    assert sorted(joined["key_after"].drop_nulls()) == sorted(after)
    both = joined.drop_nulls()
    assert both["key"].to_list() == both["key_after"].to_list()
    assert set(both["key"]) == before & after


@given(st.lists(st.none() | st.integers(-5, 5)))
def test_a_column_is_strictly_increasing_only_where_it_is_sorted_distinct_and_without_nulls(
    keys: list[int | None],
) -> None:
    told = strictly_increasing(pl.DataFrame({"key": keys}, schema={"key": pl.Int64}), "key")
    assert told == (None not in keys and keys == sorted(set(keys)))  # type: ignore[type-var]


@pytest.mark.parametrize("keys", [[2, 1], [1, 1], [1, None], [None]])
def test_what_cannot_be_merged_is_refused_by_name(keys: list[int | None]) -> None:
    good, bad = (pl.DataFrame({"key": column}, schema={"key": pl.Int64}) for column in ([1, 2], keys))
    with pytest.raises(ValueError, match="before is not sorted by key"):
        paired(bad, good, "key")
    with pytest.raises(ValueError, match="after is not sorted by key"):
        paired(good, bad, "key")
