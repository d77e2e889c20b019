"""Exports: files of a table or a query, made in the background and downloaded when they are done."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi import Path as InPath

from intel_pipeline.errors import BusyError
from intel_pipeline.exports.description import ExportError, Form, Rows, Selection, chosen, of_table
from intel_pipeline.exports.writing import Exporter
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.etags import CACHING, UNCHANGED, UnchangedError, held
from intel_pipeline.web.api.files import Download
from intel_pipeline.web.api.rates import Dear
from intel_pipeline.web.api.targets import found
from intel_pipeline.web.exporting import Exports, Job
from intel_pipeline.web.models.questions import Export, NewExport
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem

router = APIRouter(prefix="/exports", tags=["exports"])
ExportId = Annotated[
    str, InPath(pattern="^[0-9a-f]{16}$", description="The export's id.", examples=["9f86d081884c7d65"])
]
Asked = Annotated[
    NewExport,
    Body(
        openapi_examples={
            "table": {"value": {"table": "follower_changes", "target": "nasa", "since": "2026-11-01"}},
            "query": {"value": {"query": "from daily_growth", "format": "parquet"}},
        }
    ),
]


def exports_of(request: Request) -> Exports:
    """Return the exports that the application makes."""
    made: Exports = request.app.state.exports
    return made


Made = Annotated[Exports, Depends(exports_of)]


def known(exports: Exports, export_id: str) -> Job:
    """Return an export, or raise Problem 404."""
    job = exports.get(export_id)
    if job is None:
        raise Problem(
            404, f"there is no export '{export_id}' any more", "GET /api/v1/exports lists them; ask for it anew"
        )
    return job


def described(job: Job) -> Export:
    """Return an export as the API tells it."""
    told = {name: job.told.get(name) for name in ("rows", "bytes", "sha256", "publication")}
    return Export(
        export_id=job.export_id,
        state=job.state,
        asked_at=job.asked_at,
        progress=job.progress,
        problem=job.problem,
        fix=job.fix,
        file=job.path.name if job.path else None,
        **told,
    )


def rows_of(parts: Parts, wanted: NewExport) -> Rows:
    """Return what is to be exported; raise ExportError or QueryError where that cannot be."""
    if (wanted.table is None) == (wanted.query is None):
        problem = "either a table or a query is exported"
        raise ExportError(problem, "say one of them")
    selection = Selection(wanted.target, wanted.since, wanted.until)
    with parts.publications.reading() as reading:
        exporter = Exporter(reading.cursor, parts.settings.publication, parts.settings.exports_dir)
        if wanted.table is not None:
            return of_table(chosen(exporter.tables(), [wanted.table])[0], selection)
        if selection != Selection():
            problem = "target, since and until choose rows of a table, not of a query"
            raise ExportError(problem, "write them into the query")
        exporter.columns(wanted.query or "")
        return Rows("query", wanted.query or "")


@router.post("", status_code=202, responses=problems(404))
def ask_for_export(  # noqa: PLR0913  what it works with
    request: Request, response: Response, who: Reader, dear: Dear, parts: Provided, exports: Made, wanted: Asked
) -> Export:
    """Ask for a file. It is made in the background; the ten newest are kept, of a gigabyte at most each."""
    del who, dear
    if wanted.target:
        found(parts, wanted.target)
    form = Form(wanted.format, wanted.compression, wanted.raw, wanted.bom)
    try:
        job = exports.ask(rows_of(parts, wanted), form)
    except BusyError as error:
        raise Problem(429, error.problem, error.fix, {"Retry-After": "10"}) from error
    # Who has taken names out of here, and which.
    parts.access.note(request, "export asked for", wanted.table or "a query")
    response.headers["Location"] = f"/api/v1/exports/{job.export_id}"
    return described(job)


@router.get("")
def list_exports(who: Reader, exports: Made) -> list[Export]:
    """List the exports, the newest first."""
    del who
    return [described(job) for job in exports.all()]


@router.get("/{export_id}", responses=problems(404))
def one_export(who: Reader, exports: Made, export_id: ExportId) -> Export:
    """Tell how far an export is."""
    del who
    return described(known(exports, export_id))


@router.get(
    "/{export_id}/file",
    response_class=Download,
    responses={
        **problems(404, 409, 416),
        **UNCHANGED,
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
        206: {"description": "The part of it that Range asks for."},
    },
)
def export_file(request: Request, who: Reader, exports: Made, export_id: ExportId) -> Response:
    """Download the file of an export that is done, whole or in parts; its ETag is its SHA-256."""
    del who
    job = known(exports, export_id)
    if job.path is None:
        fix = job.fix or "ask for its state until it is done"
        raise Problem(409, f"the export is {job.state}" + (f": {job.problem}" if job.problem else ""), fix)
    tag = f'"{job.told["sha256"]}"'
    if held(request, tag):
        raise UnchangedError(tag)
    headers = {"ETag": tag, **CACHING}
    return Download(job.path, headers=headers, media_type="application/octet-stream", filename=job.path.name)
