import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.sorting import strictly_increasing


@given(st.lists(st.none() | st.integers(-5, 5)))
def test_keys_rise_only_where_they_are_sorted_distinct_and_without_nulls(keys: list[int | None]) -> None:
    told = strictly_increasing(pl.DataFrame({"key": keys}, schema={"key": pl.Int64()}), "key")
    assert told == (None not in keys and keys == sorted(set(keys)))  # type: ignore[type-var]
