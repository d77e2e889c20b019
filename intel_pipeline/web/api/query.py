"""Queries: anybody's own SQL on the publication."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.responses import Response

from intel_pipeline.web import sandbox
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.rates import Dear
from intel_pipeline.web.csv_files import TYPE, pieces
from intel_pipeline.web.models.questions import Answer, Column, Question
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.values import ndjson_text, shown

router = APIRouter(prefix="/query", tags=["query"])
FORMS: dict[str, dict[str, object]] = {"text/csv": {}, "application/x-ndjson": {}}
Asked = Annotated[
    Question,
    Body(
        openapi_examples={
            "growth": {"value": {"sql": "from daily_growth order by target, day", "limit": 100}},
            "tables": {"value": {"sql": "show all tables", "format": "csv"}},
        }
    ),
]


@router.post("", response_model=Answer, responses={200: {"content": FORMS}})
def query(who: Reader, dear: Dear, parts: Provided, question: Asked) -> Answer | Response:
    """Ask the publication in DuckDB's SQL: one statement that reads, for ten seconds at most.

    Files, network and settings are out of its reach. Whether there are more rows than `limit`, JSON says by
    `truncated`, and all forms by the header `X-Truncated`.
    """
    del who, dear
    with parts.publications.reading() as reading:
        number = reading.number
        answer = sandbox.run(reading, question.sql, question.limit)
    headers = {"X-Truncated": str(answer.truncated).lower()}
    if question.format == "csv":
        return Response(b"".join(pieces(answer.columns, answer.rows)), headers=headers, media_type=TYPE)
    if question.format == "ndjson":
        text = ndjson_text(answer.columns, answer.rows)
        return Response(text, headers=headers, media_type="application/x-ndjson")
    rows = [[shown(value, name) for name, value in zip(answer.columns, row, strict=True)] for row in answer.rows]
    return Answer(
        columns=[Column(name=name, type=kind) for name, kind in zip(answer.columns, answer.types, strict=True)],
        rows=rows,
        truncated=answer.truncated,
        seconds=round(answer.seconds, 3),
        publication=number,
    )
