"""A report of a target's period: the question for it, the file, and its charts as files."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from intel_pipeline.clock import today
from intel_pipeline.plots.pictures import Form, draws
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.pages.targets.head import shown, target_of
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.report.charts import HEADINGS, Chart, pictures_of
from intel_pipeline.web.report.content import Content
from intel_pipeline.web.report.making import gathered, made, nothing_in
from intel_pipeline.web.report.period import USUAL

router = APIRouter()
# A field of a form that was left empty is sent all the same.
Day = Annotated[date | None, Query(), BeforeValidator(lambda text: text or None)]
First = Annotated[Day, Query(alias="from")]
Last = Annotated[Day, Query(alias="to")]
TYPES: dict[str, str] = {"html": "text/html; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}


@router.get("/report", name="target_report")
def report(  # noqa: PLR0913  each is a part of the address
    request: Request, who: Reader, parts: Provided, label: str, first: First = None, last: Last = None
) -> Response:
    """Return the report of a period as a file; without a day, the form that asks for one."""
    del who
    if first is None and last is None:
        now = today(parts.clock)

        def fill(*_: object) -> dict[str, Any]:
            ends = [("the last 30 days", now - USUAL), ("the last 7 days", now - timedelta(days=6))]
            return {
                "first": now - USUAL,
                "last": now,
                "periods": [(words, start, now) for words, start in ends],
                "charts": HEADINGS,
                "png": draws(),
            }

        return shown(request, parts, label, "/report", "targets/report.html", fill)
    return attached(made(asked(parts, label, first, last), parts.pipeline))


@router.get("/report/{chart}.{form}", name="target_report_chart")
def chart_file(  # noqa: PLR0913  each is a part of the address
    who: Reader, parts: Provided, label: str, chart: Chart, form: Form, first: First = None, last: Last = None
) -> Response:
    """Return a chart of the report as a picture."""
    del who
    content = asked(parts, label, first, last)
    pictures = pictures_of(content, form, (chart,))
    if not pictures:
        nothing = nothing_in(content)
        raise Problem(404, nothing.problem, nothing.fix)
    return attached(pictures)


def asked(parts: Parts, label: str, first: date | None, last: date | None) -> Content:
    """Return what a report of a period holds; raise Problem 404 where there is no such target."""
    return gathered(parts.pipeline, parts.publications, target_of(parts, label).label, first, last)


def attached(files: dict[str, bytes]) -> Response:
    """Return a file to be kept, and not a page: the policy of our pages would take its style from it."""
    [(name, content)] = files.items()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type=TYPES[name.rpartition(".")[2]])
