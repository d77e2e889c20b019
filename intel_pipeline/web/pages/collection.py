"""Collection: the sessions, what they may still spend, what is read now and next, and what was asked of Instagram."""

from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.collection import names, standing, standing_of
from intel_pipeline.errors import IntelError, SessionError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.session_answers import close_breaker
from intel_pipeline.web.access.who import Administrator, Reader, Who
from intel_pipeline.web.charts import requests as charts
from intel_pipeline.web.csv_files import csv_file
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.requests import COLUMNS, Step, moments, requests_since
from intel_pipeline.web.templating import page

router = APIRouter()
NEXT = 20
# For how long back, by days; up to a week by the hour.
SPANS: dict[str, tuple[int, Step, str]] = {
    "day": (1, "hour", "24 hours"),
    "week": (7, "hour", "7 days, by hour"),
    "month": (30, "day", "30 days"),
    "quarter": (90, "day", "90 days"),
}
TABLE = ("at", *charts.OUTCOMES, "waited", "megabytes")
Span = Literal["day", "week", "month", "quarter"]


@router.get("/collection", name="collection")
def collection(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Reader,
    parts: Provided,
    span: Span = "month",
    closed: str = "",
    format: Literal["html", "csv"] = "html",  # noqa: A002  its name in the address
) -> Response:
    """Show how collection stands; or the requests of a span by session, surface and status, as CSV."""
    if format == "csv":
        days, step, _ = SPANS[span]
        return csv_file("requests", COLUMNS, requests_since(parts, parts.clock.now() - timedelta(days=days), step))
    return shown(request, who, parts, span, closed=closed)


@router.post("/collection/breakers/{name}/close", name="close_breaker")
def close(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Close a session's breaker, if the session answers: its operator has done what Instagram wanted."""
    pipeline = parts.pipeline
    if name not in names(pipeline):
        problem = f"there is no session '{name}'"
        raise SessionError(problem, "Collection shows those that there are")
    session = pipeline.session(name)
    try:
        if session.stopped():
            close_breaker(session)
    except IntelError as error:
        return shown(request, who, parts, "month", refused=error)
    return RedirectResponse("/collection?" + urlencode({"closed": name}), 303)


def shown(  # noqa: PLR0913  what became of what was asked
    request: Request, who: Who, parts: Parts, span: Span, *, closed: str = "", refused: IntelError | None = None
) -> Response:
    """Return the page, with what became of what was asked."""
    pipeline, now = parts.pipeline, parts.clock.now()
    days, step, _ = SPANS[span]
    since = now - timedelta(days=days)
    rows = requests_since(parts, since, step)
    table = charts.table_of(rows, moments(since, now, step))
    report = standing(pipeline)
    due = sorted((one for one in report["captures"] if one["next_due"]), key=lambda one: one["next_due"])
    quiet = pipeline.settings.quiet
    return page(
        request,
        "collection.html",
        status=409 if refused else 200,
        report=report,
        sessions=[session_of(pipeline, name, report["budgets"]) for name in names(pipeline)],
        due=due[:NEXT],
        more_due=max(0, len(due) - NEXT),
        now=now,
        quiet=quiet,
        rests=pipeline.rests(),
        resting=pipeline.resting(),
        span=span,
        spans={key: words for key, (_, _, words) in SPANS.items()},
        requests=charts.chart_of(table) if rows else None,
        cost=charts.cost_of(table) if rows else None,
        table=table[::-1],
        columns=[
            (key, {"at": "UTC", "waited": "seconds waited"}.get(key, key), "text" if key == "at" else "num")
            for key in TABLE
        ],
        csv="?" + urlencode({"span": span, "format": "csv"}),
        totals=totals(rows),
        closed=closed if closed in names(pipeline) else "",
        refused=refused,
        admin=who.is_admin,
        simulated=pipeline.simulated,
    )


def session_of(pipeline: Pipeline, name: str, budgets: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how a session stands, with its budgets; `stopped` and `cooling` are None where it is neither."""
    used_for, own_targets, state = standing_of(pipeline, name)
    known = pipeline.registry.sessions.state(name)
    return {
        "name": name,
        "logged_out": name == LOGGED_OUT,
        "username": known.username,
        "used_for": used_for,
        "own_targets": own_targets,
        "state": state,
        "stopped": known.stopped_because,
        "cooling": pipeline.registry.sessions.cooling(name),
        "budgets": [
            one
            for one in budgets
            if one["session"] == name and (one["limit"] not in SURFACES or one["limit"] in pipeline.surfaces)
        ],
    }


def totals(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return what the requests of a span come to."""
    return {
        "requests": sum(row["requests"] for row in rows),
        "throttled": sum(row["requests"] for row in rows if row["status"] == charts.TOO_MANY),
        "waited": sum(row["waited"] for row in rows),
        "bytes": sum(row["bytes"] for row in rows),
    }
