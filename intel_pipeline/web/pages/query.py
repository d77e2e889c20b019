"""SQL on the publication, beside the documented questions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from intel_pipeline.warehouse.reading import QueryError
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.charts.table import chart_of, is_number
from intel_pipeline.web.csv_files import attached, pieces
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.questions import about, questions
from intel_pipeline.web.sandbox import ROWS, run
from intel_pipeline.web.templating import page

router = APIRouter()
CSV_ROWS = 100_000


@router.get("/query", name="query")
def query(
    request: Request,
    who: Reader,
    parts: Provided,
    sql: Annotated[str, Query(max_length=20_000)] = "",
    form: Annotated[Literal["page", "csv"], Query(alias="format")] = "page",
) -> Response:
    """Show the questions, and what the query comes to if there is one: as a table, a chart, or CSV."""
    del who
    labels = [target.label for target in parts.pipeline.registry.targets.all()]
    answer, refused = None, None
    if sql.strip():
        try:
            with parts.publications.reading() as reading:
                answer = run(reading, sql, CSV_ROWS if form == "csv" else ROWS)
        except QueryError as error:
            refused = error
    if answer and form == "csv":
        return attached("query", pieces(answer.columns, answer.rows))
    return page(
        request,
        "query.html",
        status=422 if refused else 200,
        sql=sql,
        answer=answer,
        refused=refused,
        numeric=[is_number(kind) for kind in answer.types] if answer else None,
        option=chart_of(answer.columns, answer.types, answer.rows) if answer else None,
        questions=[about(question, labels) for question in questions()],
    )
