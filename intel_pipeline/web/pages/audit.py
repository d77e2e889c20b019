"""What was done, by whom, to what."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.registry.access_models import AuditEntry
from intel_pipeline.registry.audit import Sought
from intel_pipeline.web.access.who import Administrator
from intel_pipeline.web.csv_files import csv_file
from intel_pipeline.web.pages.sign_in import NOT_KEPT
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.templating import page

router = APIRouter()
ON_A_PAGE = 100
COLUMNS = ("audit_id", "at", "who", "by", "what", "about", "address")
# PostgreSQL refuses to be asked about a text that has a zero in it.
Text = Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$")]
Day = Annotated[str, Query(max_length=10)]


@router.get("/audit", name="audit")
def audit(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Administrator,
    parts: Provided,
    name: Text = "",
    what: Text = "",
    since: Day = "",
    until: Day = "",
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    form: Annotated[Literal["", "csv"], Query(alias="format")] = "",
) -> Response:
    """Show the newest entries, or those before one; `until` is the last day that is shown."""
    del who
    last = day_of("until", until)
    sought = Sought(
        name.strip().casefold() or None, what.strip() or None, day_of("since", since), last and last + timedelta(days=1)
    )
    if form == "csv":
        return csv_file("audit", COLUMNS, (row_of(entry) for entry in parts.registry.audit.all(sought)))
    found = parts.registry.audit.newest(sought, ON_A_PAGE + 1, before)
    entries = found[:ON_A_PAGE]
    asked = {key: value for key, value in (("name", name), ("what", what), ("since", since), ("until", until)) if value}
    older = "?" + urlencode({**asked, "before": entries[-1].audit_id}) if len(found) > ON_A_PAGE else None
    return page(
        request,
        "audit.html",
        headers=NOT_KEPT,
        entries=entries,
        days=parts.settings.audit_days,
        older=older,
        newest="?" + urlencode(asked) if before is not None else None,
        download="?" + urlencode({**asked, "format": "csv"}),
        shown={"name": name, "what": what, "since": since, "until": until},
        deeds=sorted({entry.what for entry in entries}),
    )


def day_of(field: str, text: str) -> datetime | None:
    """Return the beginning of a day, in UTC; None for an empty field. Raises Problem 422 for what is no day."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Problem(422, f"{field}: '{text}' is no day", "write it as in 2026-11-24") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def row_of(entry: AuditEntry) -> dict[str, object]:
    """Return an entry by the names of its columns."""
    return {column: getattr(entry, column) for column in COLUMNS}
