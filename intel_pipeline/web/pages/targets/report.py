"""A report of a target's period: the question for it, and the file."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from intel_pipeline.clock import today
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.pages.targets.head import shown, target_of
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.report.making import made
from intel_pipeline.web.report.period import USUAL

router = APIRouter()
# A field of a form that was left empty is sent all the same.
Day = Annotated[date | None, Query(), BeforeValidator(lambda text: text or None)]


@router.get("/report", name="target_report")
def report(  # noqa: PLR0913  each is a part of the address
    request: Request,
    who: Reader,
    parts: Provided,
    label: str,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
) -> Response:
    """Return the report of a period as a file; without a day, the form that asks for one."""
    del who
    if first is None and last is None:
        now = today(parts.clock)

        def fill(*_: object) -> dict[str, Any]:
            ends = [("the last 30 days", now - USUAL), ("the last 7 days", now - timedelta(days=6))]
            return {"first": now - USUAL, "last": now, "periods": [(words, start, now) for words, start in ends]}

        return shown(request, parts, label, "/report", "targets/report.html", fill)
    name, text = made(parts.pipeline, parts.publications, target_of(parts, label).label, first, last)
    # As a file and not as a page: the policy of our pages would take its style from it.
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HTMLResponse(text, headers=headers)
