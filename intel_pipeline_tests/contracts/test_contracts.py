import re
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intel_pipeline.contracts import follower, post, profile
from intel_pipeline.contracts.base import LARGEST_USER_ID, USERNAME, Contract
from intel_pipeline.contracts.follower import FollowerSnapshot
from intel_pipeline.contracts.post import PostSnapshot
from intel_pipeline.contracts.profile import ProfileSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.errors import ContractError
from intel_pipeline_tests.contracts.rows import FOLLOWER, POST, PROFILE

CONTRACTS = [
    (ProfileSnapshot, profile.SCHEMA, PROFILE),
    (FollowerSnapshot, follower.SCHEMA, FOLLOWER),
    (PostSnapshot, post.SCHEMA, POST),
]
NULLABLE = {
    ProfileSnapshot: {
        *("full_name", "biography", "external_url", "is_business", "category"),
        *("follower_count", "following_count", "media_count", "picture"),
    },
    FollowerSnapshot: {"full_name", "is_private", "is_verified"},
    PostSnapshot: {"caption", "like_count", "comment_count", "view_count"},
}
BROKEN = [
    (ProfileSnapshot, "user_id", 0),
    (ProfileSnapshot, "user_id", LARGEST_USER_ID + 1),
    (ProfileSnapshot, "username", "Museum"),
    (ProfileSnapshot, "username", ""),
    (ProfileSnapshot, "username", "a" * 31),
    (ProfileSnapshot, "username", "museum\n"),
    (ProfileSnapshot, "follower_count", -1),
    (ProfileSnapshot, "following_count", -1),
    (ProfileSnapshot, "media_count", -1),
    (ProfileSnapshot, "picture", "https://cdn.example/a.jpg"),
    (FollowerSnapshot, "user_id", -5),
    (FollowerSnapshot, "position", -1),
    (FollowerSnapshot, "page", -1),
    (PostSnapshot, "shortcode", "a/b/c"),
    (PostSnapshot, "shortcode", "abcd"),
    (PostSnapshot, "owner_id", 0),
    (PostSnapshot, "media_type", "reel"),
    (PostSnapshot, "like_count", -1),
    (PostSnapshot, "comment_count", -1),
    (PostSnapshot, "view_count", -1),
    (PostSnapshot, "position", -1),
]


def rows_of(model: type[Contract]) -> tuple[pl.Schema, dict[str, Any]]:
    return next((schema, row) for contract, schema, row in CONTRACTS if contract is model)


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_a_good_row_comes_back_as_it_was(model: type[Contract], schema: pl.Schema, row: dict[str, Any]) -> None:
    frame = pl.DataFrame([row], schema=schema)
    assert validated(model, frame, "a capture").equals(frame)


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_no_rows_keep_every_contract(model: type[Contract], schema: pl.Schema, row: dict[str, Any]) -> None:
    assert list(schema) == list(row)
    assert validated(model, pl.DataFrame(schema=schema), "a capture").schema == schema


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_null_is_let_in_exactly_where_a_source_may_be_silent(
    model: type[Contract], schema: pl.Schema, row: dict[str, Any]
) -> None:
    for column in schema:
        frame = pl.DataFrame([{**row, column: None}], schema=schema)
        if column in NULLABLE[model]:
            validated(model, frame, "a capture")
        else:
            with pytest.raises(ContractError, match=rf"{column}: not_nullable, 1 row"):
                validated(model, frame, "a capture")


@pytest.mark.parametrize(("model", "column", "value"), BROKEN)
def test_a_broken_rule_is_told_by_column_and_number_of_rows(model: type[Contract], column: str, value: object) -> None:
    schema, row = rows_of(model)
    with pytest.raises(ContractError, match=rf"a capture breaks .*{model.__name__}:\n  - {column}: .*, 1 row\n"):
        validated(model, pl.DataFrame([{**row, column: value}], schema=schema), "a capture")


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_columns_are_exactly_those_of_the_contract(
    model: type[Contract], schema: pl.Schema, row: dict[str, Any]
) -> None:
    good = pl.DataFrame([row], schema=schema)
    first, *others = schema
    with pytest.raises(ContractError, match=f"{first}: the column is missing"):
        validated(model, good.drop(first), "a capture")
    with pytest.raises(ContractError, match="more: the contract has no such column"):
        validated(model, good.with_columns(more=1), "a capture")
    with pytest.raises(ContractError, match="the column is not in its place"):
        validated(model, good.select(*others, first), "a capture")


@pytest.mark.parametrize(("model", "schema", "row"), CONTRACTS)
def test_nothing_is_converted_on_the_way_in(model: type[Contract], schema: pl.Schema, row: dict[str, Any]) -> None:
    frame = pl.DataFrame([row], schema=schema).with_columns(position=pl.lit(0, pl.Int16), media_count=pl.lit("3"))
    column = "media_count" if model is ProfileSnapshot else "position"
    with pytest.raises(ContractError, match=rf"{column}: dtype\('Int64'\) expected, \w+ found, 1 row"):
        validated(model, frame.select(schema.names()), "a capture")


def test_times_of_posts_are_in_utc() -> None:
    frame = pl.DataFrame([POST], schema=post.SCHEMA).with_columns(pl.col("taken_at").dt.replace_time_zone(None))
    with pytest.raises(ContractError, match=r"taken_at: .*UTC.* expected"):
        validated(PostSnapshot, frame, "a capture")


def test_a_post_listed_twice_is_refused() -> None:
    with pytest.raises(ContractError, match="post_id: field_uniqueness, 2 rows"):
        validated(PostSnapshot, pl.DataFrame([POST, POST], schema=post.SCHEMA), "a capture")


@settings(max_examples=40)
@given(st.lists(st.integers(1, 6), max_size=6))
def test_follower_ids_have_to_increase(user_ids: list[int]) -> None:
    frame = pl.DataFrame([{**FOLLOWER, "user_id": user_id} for user_id in user_ids], schema=follower.SCHEMA)
    wrong = sum(following <= one for one, following in pairwise(user_ids))
    if not wrong:
        validated(FollowerSnapshot, frame, "a capture")
        return
    with pytest.raises(ContractError, match=rf"user_id: strictly_increasing, {wrong} rows?\n"):
        validated(FollowerSnapshot, frame, "a capture")


@settings(max_examples=40)
@given(st.text(alphabet=st.sampled_from("az09._AZ-é\n "), max_size=32))
def test_usernames_are_those_that_instagram_gives_out(username: str) -> None:
    frame = pl.DataFrame([{**PROFILE, "username": username}], schema=profile.SCHEMA)
    if re.fullmatch(USERNAME.strip("^$"), username):
        validated(ProfileSnapshot, frame, "a capture")
    else:
        with pytest.raises(ContractError, match="username: str_matches"):
            validated(ProfileSnapshot, frame, "a capture")
