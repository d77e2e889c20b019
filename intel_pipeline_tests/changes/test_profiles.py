from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.profiles import FIELDS, profile_changes
from intel_pipeline.contracts.profile import SCHEMA
from intel_pipeline_tests.contracts.rows import PROFILE

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
EARLIER = CaptureRef("one", "desk", START, START + timedelta(minutes=1), complete=True)
LATER = CaptureRef("two", "desk", START + timedelta(days=1), START + timedelta(days=1, minutes=1), complete=True)


def changes(before: dict[str, Any], after: dict[str, Any]) -> pl.DataFrame:
    old, new = (pl.DataFrame([{**PROFILE, **row}], schema=SCHEMA) for row in (before, after))
    return profile_changes([(EARLIER, LATER)], old, new)


def values(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    return changes(before, after).select("field", "value_before", "value_after").rows()


def test_a_profile_that_stayed_has_no_changes() -> None:
    assert values({}, {}) == []


def test_every_field_but_the_id_is_watched() -> None:
    assert set(FIELDS) == set(SCHEMA.names()) - {"user_id"}


def test_each_field_that_differs_is_a_change_with_both_values_as_text() -> None:
    assert values({}, {"username": "tea.museum", "is_private": True, "follower_count": 1205}) == [
        ("username", "museum_of_tea", "tea.museum"),
        ("is_private", "false", "true"),
        ("follower_count", "1204", "1205"),
    ]


@pytest.mark.parametrize("field", ["full_name", "biography", "external_url"])
def test_an_empty_text_and_none_are_the_same_but_a_text_that_goes_is_a_change(field: str) -> None:
    assert values({field: None}, {field: ""}) == []
    assert values({field: ""}, {field: None}) == []
    assert values({field: "tea"}, {field: ""}) == [(field, "tea", "")]
    assert values({field: None}, {field: "tea"}) == [(field, None, "tea")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("is_business", False),
        ("category", "Museum"),
        ("follower_count", 5),
        ("following_count", 5),
        ("media_count", 5),
        ("picture", "0" * 32),
    ],
)
def test_what_only_one_source_tells_is_no_change(field: str, value: object) -> None:
    assert values({field: None}, {field: value}) == []
    assert values({field: value}, {field: None}) == []


def test_a_count_that_falls_to_zero_is_a_change() -> None:
    assert values({"follower_count": 5}, {"follower_count": 0}) == [("follower_count", "5", "0")]


def test_a_change_names_its_evidence_and_encloses_its_moment() -> None:
    row = changes({}, {"biography": "Closed"}).row(0, named=True)
    assert (row["before_capture_id"], row["capture_id"], row["target"]) == ("one", "two", "desk")
    assert (row["not_before"], row["not_after"]) == (EARLIER.started_at, LATER.finished_at)
    assert changes({}, {"biography": "Closed"})["change_id"][0] == row["change_id"]
