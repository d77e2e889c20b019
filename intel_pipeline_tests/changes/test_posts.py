from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from intel_pipeline.changes.cases import numbered
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.posts import Measurement, post_metrics
from intel_pipeline.contracts.change import POST_METRIC
from intel_pipeline.contracts.post import SCHEMA
from intel_pipeline_tests.contracts.rows import POST

TAKEN = datetime(2026, 11, 1, tzinfo=UTC)
EARLIER = CaptureRef("one", "desk", TAKEN + timedelta(hours=6), TAKEN + timedelta(hours=6, minutes=1), complete=True)
LATER = CaptureRef("two", "desk", TAKEN + timedelta(hours=30), TAKEN + timedelta(hours=30, minutes=1), complete=True)
CASE = Measurement(LATER, EARLIER, 200)
FIRST = {"post_id": 1, "like_count": 10, "comment_count": 2, "view_count": 100}


def posts(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**POST, **row} for row in rows], schema=SCHEMA)


def metric(before: dict[str, Any] | None, after: dict[str, Any], followers: int | None = 200) -> dict[str, Any]:
    case = Measurement(LATER, None if before is None else EARLIER, followers)
    old = posts() if before is None else posts({**FIRST, **before})
    found = post_metrics([case], numbered(old), numbered(posts({**FIRST, **after})))
    assert found.schema == POST_METRIC
    return found.row(0, named=True)


def test_what_a_post_gained_is_told_with_the_hours_between() -> None:
    row = metric({}, {"like_count": 14, "comment_count": 1, "view_count": 150})
    assert (row["likes_gained"], row["comments_gained"], row["views_gained"]) == (4, -1, 50)
    assert (row["hours_since_before"], row["age_hours"]) == (24.0, 30.0)
    assert row["engagement_rate"] == pytest.approx(15 / 200)


def test_at_the_first_capture_nothing_was_gained() -> None:
    row = metric(None, {})
    assert [row[name] for name in ("likes_gained", "comments_gained", "views_gained", "hours_since_before")] == [
        None
    ] * 4
    assert (row["like_count"], row["engagement_rate"]) == (10, pytest.approx(12 / 200))


@pytest.mark.parametrize(("before", "after"), [(None, 5), (5, None), (None, None)])
def test_a_count_that_was_hidden_at_either_time_gained_nothing_known(before: int | None, after: int | None) -> None:
    row = metric({"like_count": before}, {"like_count": after})
    assert row["likes_gained"] is None
    assert row["comments_gained"] == 0
    assert row["hours_since_before"] == 24.0


def test_with_hidden_likes_there_is_no_rate_and_with_untold_comments_likes_make_it() -> None:
    assert metric({}, {"like_count": None})["engagement_rate"] is None
    assert metric({}, {"comment_count": None})["engagement_rate"] == pytest.approx(10 / 200)


@pytest.mark.parametrize("followers", [None, 0])
def test_without_an_audience_there_is_no_rate(followers: int | None) -> None:
    assert metric({}, {}, followers)["engagement_rate"] is None


def test_a_post_that_the_capture_before_does_not_hold_gained_nothing_known() -> None:
    found = post_metrics([CASE], numbered(posts(FIRST)), numbered(posts(FIRST, {**FIRST, "post_id": 2})))
    assert found.select("post_id", "likes_gained", "hours_since_before").rows() == [(1, 0, 24.0), (2, None, None)]


def test_a_post_that_is_listed_no_more_has_no_metric() -> None:
    found = post_metrics(
        [CASE], numbered(posts(FIRST, {**FIRST, "post_id": 2})), numbered(posts({**FIRST, "post_id": 2}))
    )
    assert found["post_id"].to_list() == [2]
