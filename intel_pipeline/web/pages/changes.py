"""Changes: everything that happened, over all targets, newest first."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.web import feed
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts.changes import SERIES, chart_of, table_of
from intel_pipeline.web.csv_files import csv_file
from intel_pipeline.web.fields import Blank, Day
from intel_pipeline.web.keyset import Place, cursor_of, place_of
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.templating import page

router = APIRouter()
ON_A_PAGE = 50
KINDS = {
    "followed": "followed",
    "refollowed": "followed again",
    "revealed": "listed first now, may have followed before",
    "left": "left",
    "renamed": "took another name",
    "profile": "profile: name, biography, picture …",
    "counts": "profile: its counts",
}
STATES = {"confirmed": "confirmed", "suspected": "suspected, not proven", "retracted": "retracted"}
DAYS = ("day", *(name for _, _, name, *_ in SERIES))


@router.get("/changes", name="changes")
def changes(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Reader,
    parts: Provided,
    target: str = "",
    kind: feed.Kind | Blank = "",
    state: feed.State | Blank = "",
    since: Day = None,
    until: Day = None,
    name: Annotated[str, Query(max_length=30)] = "",
    after: Annotated[str, Query(max_length=400)] = "",
    format: Literal["html", "csv", "days.csv"] = "html",  # noqa: A002  its name in the address
) -> Response:
    """Show a page of the feed with the chart of its days, or stream all of it, or the days, as CSV."""
    del who
    asked = feed.Asked(
        target=target or None,
        kind=kind or None,
        state=state or None,
        since=since,
        until=until,
        name=name.strip().removeprefix("@").lower() or None,
    )
    if format == "csv":
        return csv_file("changes", feed.COLUMNS, streamed(parts, asked))
    place = place_of(after)
    rows: list[dict[str, Any]] = []
    days: list[dict[str, Any]] = []
    number = parts.publications.number()
    if number is not None:
        with parts.publications.reading() as reading:
            days = table_of(feed.days_of(reading, asked))
            rows = feed.page_of(reading, asked, place, ON_A_PAGE + 1) if format == "html" else []
    if format == "days.csv":
        return csv_file("changes-by-day", DAYS, days)
    form = {key: str(value or "") for key, value in fields(asked).items()}
    filters = {key: value for key, value in form.items() if value}
    return page(
        request,
        "changes.html",
        rows=rows[:ON_A_PAGE],
        older=older(filters, rows),
        newest="?" + urlencode(filters) if place else None,
        csv="?" + urlencode({**filters, "format": "csv"}),
        days=days,
        days_csv="?" + urlencode({**filters, "format": "days.csv"}),
        option=chart_of(days) if days else None,
        day_columns=[
            (key, key, "text" if key == "day" else "num")
            for key in DAYS
            if key == "day" or any(row[key] for row in days)
        ],
        form=form,
        filtered=bool(filters),
        kinds=KINDS,
        states=STATES,
        targets=[one.label for one in parts.pipeline.registry.targets.all()],
        number=number,
    )


def fields(asked: feed.Asked) -> dict[str, Any]:
    """Return what is asked for as the fields of the form."""
    return {key: getattr(asked, key) for key in ("target", "kind", "state", "since", "until", "name")}


def older(filters: dict[str, str], rows: list[dict[str, Any]]) -> str | None:
    """Return where the page after this one is, None where there is none."""
    if len(rows) <= ON_A_PAGE:
        return None
    last = rows[ON_A_PAGE - 1]
    return "?" + urlencode({**filters, "after": cursor_of(Place(last["not_after"], last["change_id"]))})


def streamed(parts: Parts, asked: feed.Asked) -> Iterator[dict[str, Any]]:
    """Yield all changes of one publication, which is held until the last one is sent."""
    with parts.publications.reading() as reading:
        yield from feed.all_of(reading, asked)
