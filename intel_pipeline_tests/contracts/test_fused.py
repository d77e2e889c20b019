"""The one pass over a frame, held against Pandera's own word on it."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from intel_pipeline.contracts import follower, post, profile
from intel_pipeline.contracts.base import LARGEST_USER_ID, Contract
from intel_pipeline.contracts.follower import FollowerSnapshot
from intel_pipeline.contracts.fused import keeps, rules_of
from intel_pipeline.contracts.post import PostSnapshot
from intel_pipeline.contracts.profile import ProfileSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline_tests.contracts.rows import FOLLOWER, POST, PROFILE

CONTRACTS: list[tuple[type[Contract], pl.Schema, dict[str, Any]]] = [
    (ProfileSnapshot, profile.SCHEMA, PROFILE),
    (FollowerSnapshot, follower.SCHEMA, FOLLOWER),
    (PostSnapshot, post.SCHEMA, POST),
]
NUMBERS = st.sampled_from([None, -1, 0, 1, 2, LARGEST_USER_ID, LARGEST_USER_ID + 1])
TEXTS = (
    st.none() | st.text(st.sampled_from("az09._-AZé\n]"), max_size=33) | st.sampled_from(["image", "a" * 30, "0" * 32])
)
VALUES = {pl.Int64(): NUMBERS, pl.Int32(): st.sampled_from([None, -1, 0, 1]), pl.String(): TEXTS}


def by_pandera(model: type[Contract], frame: pl.DataFrame) -> bool:
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
@given(data=st.data())
@settings(max_examples=120)
def test_it_says_what_pandera_says(
    model: type[Contract], schema: pl.Schema, row: dict[str, Any], data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from([name for name in schema if schema[name] in VALUES]), max_size=2))
    rows = [
        {**row, **{name: data.draw(VALUES[schema[name]]) for name in names}, "user_id": row.get("user_id", 0) + number}
        if "user_id" in row and "user_id" not in names
        else {**row, **{name: data.draw(VALUES[schema[name]]) for name in names}}
        for number in range(data.draw(st.integers(0, 3)))
    ]
    frame = pl.DataFrame([{name: one[name] for name in schema} for one in rows], schema=schema)
    assert keeps(model, frame) == by_pandera(model, frame)


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_every_rule_of_every_contract_can_be_told_in_one_pass(
    model: type[Contract], schema: pl.Schema, row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules_of(model)

    def asked(*_: object, **__: object) -> None:
        pytest.fail("Pandera was asked about a good row")

    monkeypatch.setattr(model, "validate", asked)
    validated(model, pl.DataFrame([row], schema=schema), "a capture")


def test_a_contract_with_a_rule_of_another_kind_is_left_to_pandera() -> None:
    import pandera.polars as pa

    class Even(Contract):
        number: pl.Int64

        @pa.check("number")
        @classmethod
        def even(cls, data: pa.PolarsData) -> pl.LazyFrame:
            return data.lazyframe.select(pl.col(data.key) % 2 == 0)

    assert rules_of(Even) is None
    assert not keeps(Even, pl.DataFrame({"number": [2]}))
    assert validated(Even, pl.DataFrame({"number": [2]}), "numbers").height == 1


def test_columns_that_are_in_another_order_or_of_another_type_do_not_keep_a_contract() -> None:
    frame = pl.DataFrame([FOLLOWER], schema=follower.SCHEMA)
    assert keeps(FollowerSnapshot, frame)
    assert not keeps(FollowerSnapshot, frame.select(*reversed(frame.columns)))
    assert not keeps(FollowerSnapshot, frame.with_columns(position=pl.lit(0, pl.Int32)))
