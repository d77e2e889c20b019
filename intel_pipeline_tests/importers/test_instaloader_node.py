import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intel_pipeline.contracts.picture import fingerprint
from intel_pipeline.contracts.profile import SCHEMA, ProfileSnapshot
from intel_pipeline.contracts.validation import validated
from intel_pipeline.errors import ArchiveError
from intel_pipeline.importers.instaloader_node import BUSINESS, CATEGORIES, FOLLOWERS, FOLLOWING, MEDIA, row_of
from intel_pipeline_tests.importers.nodes import NODE_4_7, PICTURE

PATH = Path("museum_1.json")
COUNTS = st.none() | st.integers(0, 2**40)
TEXTS = st.none() | st.text(alphabet=st.characters(codec=None), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def nested(key: str, value: object) -> dict[str, Any]:
    outer, _, inner = key.partition(".")
    return {outer: {inner: value} if inner else value}


@st.composite
def nodes(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A node of any generation, and what it says."""
    said = {
        "user_id": draw(st.integers(1, 2**37 - 1)),
        "username": draw(st.from_regex(r"[a-z0-9._]{1,30}", fullmatch=True)),
        "is_private": draw(st.booleans()),
        "is_verified": draw(st.booleans()),
        "is_business": draw(st.none() | st.booleans()),
        "follower_count": draw(COUNTS),
        "following_count": draw(COUNTS),
        "media_count": draw(COUNTS),
    }
    node = {key: said[key] for key in ("username", "is_private", "is_verified")}
    node |= {key: draw(TEXTS) for key in ("full_name", "biography", "external_url") if draw(st.booleans())}
    node[draw(st.sampled_from(["id", "pk"]))] = draw(st.sampled_from([int, str]))(said["user_id"])
    spellings = {
        "is_business": BUSINESS,
        "follower_count": FOLLOWERS,
        "following_count": FOLLOWING,
        "media_count": MEDIA,
    }
    for name, keys in spellings.items():
        node |= nested(draw(st.sampled_from(keys)), said[name])
    return node, said


@settings(max_examples=40)
@given(nodes())
def test_a_node_of_any_generation_becomes_a_row_of_the_contract(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    node, said = drawn
    row = row_of(json.loads(json.dumps(node)), PATH)
    frame = validated(ProfileSnapshot, pl.DataFrame([row], schema=SCHEMA), "a node")
    assert {name: frame.item(0, name) for name in said} == said


@given(st.sampled_from(sorted(NODE_4_7)), JSON)
def test_any_value_in_any_place_is_read_or_refused_by_name(key: str, value: object) -> None:
    try:
        row = row_of({**NODE_4_7, key: value}, PATH)
    except ArchiveError as error:
        assert "museum_1.json" in error.problem  # noqa: PT017  most values are read
        assert f"`{key}`" in error.problem  # noqa: PT017  as above
    else:
        pl.DataFrame([row], schema=SCHEMA)


@pytest.mark.parametrize("key", ["id", "username", "is_private", "is_verified"])
@pytest.mark.parametrize("change", ["absent", "null"])
def test_a_profile_that_was_saved_before_it_was_read_is_refused(key: str, change: str) -> None:
    node = {**NODE_4_7, key: None}
    if change == "absent":
        del node[key]
    with pytest.raises(ArchiveError, match=rf"museum_1\.json holds a profile without `{key}`"):
        row_of(node, PATH)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("id", "١٢", "`id` is a text where a whole number belongs"),
        ("id", "9" * 30, "`id` is a text where a whole number belongs"),
        ("id", 10**30, "`id` is a number where a whole number belongs"),
        ("edge_followed_by", 5, "`edge_followed_by` is a number where an object belongs"),
        ("edge_follow", {"count": True}, "`edge_follow.count` is true or false where a whole number belongs"),
        ("is_private", "no", "`is_private` is a text where true or false belongs"),
        ("biography", ["a"], "`biography` is a list where a text belongs"),
    ],
)
def test_a_value_of_another_kind_is_refused_without_telling_it(key: str, value: object, told: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        row_of({**NODE_4_7, key: value}, PATH)
    assert caught.value.problem == f"museum_1.json: {told}"


def test_half_an_emoji_is_replaced_and_a_whole_one_kept() -> None:
    row = row_of({**NODE_4_7, "biography": "tea \ud83c\udf75 and \ud83c"}, PATH)
    assert row["biography"] == "tea 🍵 and \N{REPLACEMENT CHARACTER}"


def test_an_empty_text_is_kept_but_an_empty_category_gives_way_to_the_next() -> None:
    row = row_of({**NODE_4_7, "biography": "", "category_name": "", "business_category_name": "Museum"}, PATH)
    assert (row["biography"], row["category"]) == ("", "Museum")
    assert row_of({**NODE_4_7, "category_name": ""}, PATH)["category"] == ""
    assert CATEGORIES[-1] == "category"


def test_a_picture_is_told_by_its_file_name_alone() -> None:
    moved = PICTURE.replace("cdn", "cdn2") + "?_nc_ht=other"
    assert fingerprint(moved) == fingerprint(PICTURE)
    assert fingerprint(PICTURE.replace("300", "301")) != fingerprint(PICTURE)


@pytest.mark.parametrize("url", [None, "", "https://cdn.example/", "https://cdn.example?a=b", "http://[", "#"])
def test_a_picture_without_a_file_name_has_no_fingerprint(url: str | None) -> None:
    assert fingerprint(url) is None
