"""Targets beside each other: how they grow, how far their audiences overlap, and which newcomers they share."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts import comparison, heatmap
from intel_pipeline.web.downloads import ALL, as_csv
from intel_pipeline.web.pages.targets.head import target_of
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.publication import query
from intel_pipeline.web.span import SPANS, Span, grain_of
from intel_pipeline.web.templating import page

router = APIRouter()
# As many as a chart can tell apart; and every pair of them is counted while somebody waits.
MOST = 8
PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Labels = Annotated[list[str], Query(max_length=200)]
# From checkboxes each label comes by itself, in a link that somebody writes all come at once.
Place = Annotated[str | None, Query(pattern=r"^\d{1,17} \d{1,19} [a-z0-9_-]{1,60} [a-z0-9_-]{1,60}$")]


def chosen(parts: Parts, targets: Iterable[str]) -> list[str]:
    """Return the labels that are asked for, each once; raise Problem where one is unknown or there are too many."""
    asked = dict.fromkeys(label for text in targets for label in text.split(",") if label)
    if len(asked) > MOST:
        raise Problem(
            422, f"{len(asked)} targets are too many to compare", f"choose up to {MOST}; the API and SQL know no limit"
        )
    return list(dict.fromkeys(target_of(parts, label).label for label in asked))


def from_place(after: str | None) -> dict[str, Any]:
    """Return where the page before of newcomers has ended, as the query `compared_newcomers` takes it."""
    if after is None:
        return {"after_at": None, "after_id": None}
    microseconds, _, place = after.partition(" ")
    return {"after_at": EPOCH + timedelta(microseconds=int(microseconds)), "after_id": place}


@router.get("/compare", name="compare")
def compare(  # noqa: PLR0913  each is a part of the address
    request: Request,
    who: Reader,
    parts: Provided,
    targets: Labels = [],  # noqa: B006  FastAPI makes a new one for each request
    days: Span = 90,
    after: Place = None,
) -> Response:
    """Show the chosen targets side by side; without a choice, what there is to choose from."""
    del who
    labels = chosen(parts, targets)
    watched = [target.label for target in parts.pipeline.registry.targets.all()]
    number = parts.publications.number()
    filled: dict[str, Any] = {}
    if number is not None and len(labels) > 1:
        filled = compared(parts, labels, days, after)
    words = urlencode({"targets": ",".join(labels), "days": days})
    return page(
        request,
        "compare.html",
        watched=watched,
        labels=labels,
        days=days,
        spans=SPANS,
        most=MOST,
        number=number,
        words=words,
        filled=filled,
    )


def compared(parts: Parts, labels: list[str], days: int, after: str | None) -> dict[str, Any]:
    """Return what is shown of several targets, all of one reading."""
    now = today(parts.clock)
    with parts.publications.reading() as reading:
        sql = f"from ({query('overview')}) where list_contains($targets, target)"
        figures = {row["target"]: row for row in reading.ask(sql, {"today": now, "targets": labels})}
        growth = comparison.indexed(
            reading.rows("compared_days", targets=labels, since=now - timedelta(days=days), grain=grain_of(days))
        )
        overlap = reading.rows("compared_overlap", targets=labels)
        newcomers = reading.rows("compared_newcomers", targets=labels, most=PAGE + 1, **from_place(after))
    last = newcomers[PAGE - 1] if len(newcomers) > PAGE else None
    return {
        "figures": [figures[label] for label in labels if label in figures],
        "growth": comparison.by_day(growth),
        "race": comparison.race(labels, growth),
        "overlap": overlap,
        "matrix": heatmap.by_pair(labels, overlap),
        "sets": comparison.sets(overlap),
        "newcomers": newcomers[:PAGE],
        "further": last and f"{(last['followed_both'] - EPOCH) // timedelta(microseconds=1)} {last['place']}",
        "after": after,
    }


@router.get("/compare/{name}.csv", name="compare_data")
def data(
    who: Reader,
    parts: Provided,
    name: Literal["days", "overlap", "newcomers"],
    targets: Labels,
    days: Span = 90,
) -> Response:
    """Return all that a chart or table of the chosen targets is made of."""
    del who
    values: dict[str, Any] = {"targets": chosen(parts, targets)}
    if name == "days":
        values |= {"since": today(parts.clock) - timedelta(days=days), "grain": grain_of(days)}
    if name == "newcomers":
        values |= {"most": ALL, **from_place(None)}
    return as_csv(parts.publications, f"compared_{name}", f"compared-{name}", values)
