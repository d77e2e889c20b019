"""Metrics of a target, and overlaps of several."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints

from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.etags import UNCHANGED, Published
from intel_pipeline.web.api.filters import FromDay, TheTarget, ToDay
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.api.rates import Dear
from intel_pipeline.web.models.base import LABEL, Page
from intel_pipeline.web.models.metrics import (
    AgeEngagement,
    Anomaly,
    Cadence,
    Growth,
    HourEngagement,
    Overlap,
    Pair,
    Retention,
)
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem

router = APIRouter(tags=["metrics"])
BY_DAY = Key({"day": date})
BY_WEEK = Key({"week": date})
Several = Annotated[
    list[Annotated[str, StringConstraints(pattern=LABEL)]],
    Query(
        min_length=2,
        max_length=20,
        description="Two or more targets.",
        alias="target",
        json_schema_extra={"uniqueItems": True},
        examples=[["nasa", "esa"]],
    ),
]


@dataclass(frozen=True, slots=True)
class Period:
    """What lists by day or week are asked for: of one target, between two days, in pages."""

    target: TheTarget
    limit: Limit = 100
    cursor: Cursor = None
    since: FromDay = None
    until: ToDay = None


Asked = Annotated[Period, Depends()]


def days(parts: Parts, name: str, key: Key, asked: Period) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the rows of the query `name`, and the cursor of the next one."""
    values = {"target": asked.target, "since": asked.since, "until": asked.until, **key.after(asked.cursor)}
    with parts.publications.reading() as reading:
        return key.page(reading.rows(f"api/{name}", **values, most=asked.limit + 1), asked.limit)


@router.get("/metrics/growth", responses=UNCHANGED)
def growth(who: Reader, published: Published, parts: Provided, asked: Asked) -> Page[Growth]:
    """List growth and churn day by day, oldest first."""
    del who, published
    rows, following = days(parts, "growth", BY_DAY, asked)
    return Page(items=[Growth(**row) for row in rows], next=following)


@router.get("/metrics/anomalies", responses=UNCHANGED)
def anomalies(who: Reader, published: Published, parts: Provided, asked: Asked) -> Page[Anomaly]:
    """List how unusual each day's growth was, oldest first."""
    del who, published
    rows, following = days(parts, "anomalies", BY_DAY, asked)
    return Page(items=[Anomaly(**row) for row in rows], next=following)


@router.get("/metrics/cadence", responses=UNCHANGED)
def cadence(who: Reader, published: Published, parts: Provided, asked: Asked) -> Page[Cadence]:
    """List how often was posted week by week, oldest first."""
    del who, published
    rows, following = days(parts, "cadence", BY_WEEK, asked)
    return Page(items=[Cadence(**row) for row in rows], next=following)


@router.get("/metrics/retention", responses=UNCHANGED)
def retention(who: Reader, published: Published, parts: Provided, target: TheTarget) -> list[Retention]:
    """Tell how many of those who followed in a month still do 1, 7, 14 … 365 days later."""
    del who, published
    with parts.publications.reading() as reading:
        return [Retention(**row) for row in reading.rows("api/retention", target=target)]


@router.get("/metrics/engagement-by-age", responses=UNCHANGED)
def engagement_by_age(who: Reader, published: Published, parts: Provided, target: TheTarget) -> list[AgeEngagement]:
    """Tell how posts stand so many days after they were posted."""
    del who, published
    with parts.publications.reading() as reading:
        return [AgeEngagement(**row) for row in reading.rows("api/engagement_by_age", target=target)]


@router.get("/metrics/engagement-by-hour", responses=UNCHANGED)
def engagement_by_hour(who: Reader, published: Published, parts: Provided, target: TheTarget) -> list[HourEngagement]:
    """Tell how posts did by the weekday and hour at which they were posted."""
    del who, published
    with parts.publications.reading() as reading:
        return [HourEngagement(**row) for row in reading.rows("api/engagement_by_hour", target=target)]


@router.get("/overlap", tags=["overlap"], responses=problems(404) | UNCHANGED)
def overlap(who: Reader, published: Published, dear: Dear, parts: Provided, targets: Several) -> Overlap:
    """Tell how far the audiences of two or more targets overlap now: each two of them, and all together."""
    del who, published, dear
    labels = sorted(set(targets))
    if len(labels) < len(targets):
        raise Problem(422, "target: one of them is named twice", "name each once, and two at least")
    with parts.publications.reading() as reading:
        known = {row["target"] for row in reading.ask("from targets select target", {})}
        if unknown := [label for label in labels if label not in known]:
            raise Problem(404, f"there is no target '{unknown[0]}'", "GET /api/v1/targets lists them")
        rows = reading.rows("api/overlap", targets=labels)
    pairs = [Pair(**{name: row[name] for name in Pair.model_fields}) for row in rows]
    return Overlap(targets=labels, pairs=pairs, shared_by_all=rows[0]["shared_by_all"] if rows else 0)
