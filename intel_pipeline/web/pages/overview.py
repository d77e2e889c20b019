"""Every target at a glance."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.registry.models import Target
from intel_pipeline.web import attention
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts.spark import points
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.templating import page

router = APIRouter()
Sort = Literal["target", "followers", "net", "lost", "engagement"]
# What is not known of a target until something was captured of it.
UNKNOWN = ("days", "curve", "followers", "net", "churn_rate", "engagement", "complete_at", "verdicts", "reasons")
COUNTED = ("followed", "lost", "suspected")


@router.get("/", name="overview")
def overview(request: Request, who: Reader, parts: Provided, sort: Sort = "target") -> Response:
    """Show every target with how it does, and above them what asks for attention."""
    pipeline = parts.pipeline
    notices = [*attention.of_sessions(pipeline), *attention.of_held(pipeline), *attention.of_targets(pipeline)]
    rows: list[dict[str, Any]] = []
    number = parts.publications.number()
    published_at = None
    if number is not None:
        with parts.publications.reading() as reading:
            rows = reading.rows("overview", today=today(parts.clock))
            notices += attention.of_growth(pipeline, reading)
            published_at = reading.published_at
    targets = in_order([shown(one) for one in with_new(rows, pipeline.registry.targets.all())], sort)
    return page(
        request,
        "overview.html",
        targets=targets,
        totals=totals(targets),
        notices=notices,
        sort=sort,
        published_at=published_at,
        number=number,
        simulated=pipeline.simulated,
        admin=who.is_admin,
    )


def with_new(rows: Iterable[Mapping[str, Any]], watched: Iterable[Target]) -> list[dict[str, Any]]:
    """Return a row per watched target, those too that were added after the publication, of which nothing is known."""
    published = {row["target"]: row for row in rows}
    nothing = {**dict.fromkeys(UNKNOWN), **dict.fromkeys(COUNTED, 0), "held": False}
    return [
        {**nothing, **published.get(one.label, {}), "target": one.label, "username": one.username, "state": one.state}
        for one in watched
    ]


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target's row with its spark-line, None where there are too few points for one."""
    drawn = row["curve"] and len(row["curve"]) > 1
    return {**row, "spark": points(row["days"], row["curve"]) if drawn else None}


def in_order(rows: Iterable[dict[str, Any]], sort: Sort) -> list[dict[str, Any]]:
    """Return rows by name, or the greatest first, with those of which it is not known at the end."""
    if sort == "target":
        return sorted(rows, key=lambda row: str(row["target"]))
    return sorted(rows, key=lambda row: (row[sort] is None, -(row[sort] or 0), row["target"]))


def totals(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return what all targets come to together."""
    rows = list(rows)
    return {
        "targets": len(rows),
        **{name: sum(row[name] or 0 for row in rows) for name in ("followers", "net", "followed", "lost", "suspected")},
    }
