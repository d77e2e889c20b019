"""Snapshots: which there are, and the rows of one, straight from its file in the lake."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from intel_pipeline.errors import CaptureError
from intel_pipeline.lake import row_groups, snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.captures import CaptureId
from intel_pipeline.web.api.etags import CACHING, UNCHANGED, marked
from intel_pipeline.web.api.files import Download
from intel_pipeline.web.api.filters import TheTarget
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.csv_files import TYPE, pieces
from intel_pipeline.web.models.base import Page
from intel_pipeline.web.models.captures import Snapshot, SnapshotRows, Surface
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.values import shown

router = APIRouter(prefix="/snapshots", tags=["snapshots"])
KEY = Key({"finished_at": datetime, "capture_id": str})
BY_NUMBER = Key({"key": int})
# Rows that are held as Python's at once.
FORMS: dict[str, dict[str, Any]] = {"text/csv": {}, "application/vnd.apache.parquet": {}}
RANGES: dict[int | str, dict[str, Any]] = {206: {"description": "A part of the Parquet file, as Range asks for."}}


@router.get("", responses=UNCHANGED)
def list_snapshots(  # noqa: PLR0913  what it can be asked for
    request: Request,
    response: Response,
    who: Reader,
    parts: Provided,
    target: TheTarget,
    surface: Annotated[Surface, Query(description="Of this surface.")],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Snapshot]:
    """List the snapshots of a target and surface, newest first."""
    del who
    after = KEY.after(cursor)
    before = (after["after_finished_at"], after["after_capture_id"]) if cursor else None
    captures = parts.pipeline.registry.captures.with_snapshot(target, surface, before, limit + 1)
    rows = [{"finished_at": one.finished_at, "capture_id": one.capture_id, "it": one} for one in captures]
    marked(request, response, "lake", [(one.capture_id, one.verdict) for one in captures])
    page, following = KEY.page(rows, limit)
    return Page(items=[described(row["it"]) for row in page], next=following)


def described(capture: Capture) -> Snapshot:
    """Return a capture's snapshot as the API tells it."""
    return Snapshot.model_validate(
        {
            "capture_id": capture.capture_id,
            "target": capture.target,
            "surface": capture.surface,
            "captured_at": capture.finished_at,
            "verdict": capture.verdict,
            "listed": capture.distinct_count,
        }
    )


@router.get(
    "/{capture_id}/rows",
    response_model=SnapshotRows,
    responses={**problems(404, 416), **UNCHANGED, **RANGES, 200: {"content": FORMS}},
)
def snapshot_rows(  # noqa: PLR0913  what it can be asked for
    request: Request,
    response: Response,
    who: Reader,
    parts: Provided,
    capture_id: CaptureId,
    limit: Limit = 100,
    cursor: Cursor = None,
    format_: Annotated[
        Literal["json", "csv", "parquet"],
        Query(alias="format", description="json comes in pages; csv and parquet are all rows, whatever the limit."),
    ] = "json",
) -> SnapshotRows | Response:
    """Return the rows of a capture's snapshot by their key. A snapshot never changes: Parquet is the file itself."""
    del who
    path = path_of(parts, capture_id)
    tag = marked(request, response, capture_id)
    if format_ == "json":
        return some_rows(path, limit, cursor)
    headers = {"ETag": tag, **CACHING}
    if format_ == "parquet":
        return Download(path, headers=headers, media_type="application/vnd.apache.parquet", filename=path.name)
    headers["Content-Disposition"] = f'attachment; filename="{path.stem}.csv"'
    return StreamingResponse(csv_of(path), headers=headers, media_type=TYPE)


def path_of(parts: Parts, capture_id: str) -> Path:
    """Return where a capture's snapshot lies, after its footer was checked; raise Problem 404 where there is none."""
    try:
        snapshot = parts.pipeline.registry.captures.get(capture_id).snapshot
    except CaptureError as error:
        raise Problem(404, error.problem, "GET /api/v1/captures lists them") from error
    if snapshot is None:
        fix = "GET /api/v1/snapshots lists those that there are"
        raise Problem(404, f"the capture '{capture_id}' has left no snapshot", fix)
    lake: Path = parts.settings.lake_dir
    snapshot_file.counted(lake, snapshot)
    return lake / snapshot


def columns_of(path: Path) -> list[str]:
    """Return the columns of a snapshot that say something about what was captured."""
    from intel_pipeline.contracts.attributes import FINGERPRINT, OUTDATED

    _, names = snapshot_file.promised(path)
    return [name for name in names if name not in (FINGERPRINT, OUTDATED)]


def some_rows(path: Path, limit: int, cursor: str | None) -> SnapshotRows:
    """Return a page of a snapshot's rows."""
    import polars as pl

    after = BY_NUMBER.after(cursor)["after_key"]
    key, columns = snapshot_file.read_footer(path)["sorted_by"], columns_of(path)
    scan = snapshot_file.scan(path.parent, path.name)
    wanted = scan if after is None else scan.filter(pl.col(key) > after)
    found = wanted.select(columns).head(limit + 1).collect()
    rows, following = BY_NUMBER.page([{**row, "key": row[key]} for row in found.iter_rows(named=True)], limit)
    return SnapshotRows(
        columns=columns, rows=[[shown(row[name], name) for name in columns] for row in rows], next=following
    )


def csv_of(path: Path) -> Iterator[bytes]:
    """Yield a snapshot as CSV, some thousand rows at a time."""
    columns = columns_of(path)
    frames = row_groups.whole(path, columns)
    yield from pieces(columns, (row for frame in frames for row in frame.iter_rows()))
