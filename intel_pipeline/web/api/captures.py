"""Captures: what each proves, and why."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath

from intel_pipeline.capture.outcome import Verdict
from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.etags import UNCHANGED, Published
from intel_pipeline.web.api.filters import OfTarget, Since, Until
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.models.base import CAPTURE_ID, Page
from intel_pipeline.web.models.captures import Capture, Surface
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.problems import Problem

router = APIRouter(prefix="/captures", tags=["captures"])
CaptureId = Annotated[
    str, InPath(pattern=CAPTURE_ID, description="The capture's id.", examples=["20261108T060000-49493706"])
]
KEY = Key({"finished_at": datetime, "capture_id": str})


@router.get("", responses=UNCHANGED)
def list_captures(  # noqa: PLR0913  what it can be asked for
    who: Reader,
    published: Published,
    parts: Provided,
    limit: Limit = 100,
    cursor: Cursor = None,
    target: OfTarget = None,
    surface: Annotated[Surface | None, Query(description="Only of this surface.")] = None,
    verdict: Annotated[Verdict | None, Query(description="Only with this verdict.")] = None,
    since: Since = None,
    until: Until = None,
) -> Page[Capture]:
    """List finished captures, newest first."""
    del who, published
    asked = {"target": target, "surface": surface, "verdict": verdict, "since": since, "until": until}
    with parts.publications.reading() as reading:
        rows = reading.rows("api/captures", **asked, **KEY.after(cursor), capture_id=None, most=limit + 1)
    shown, following = KEY.page(rows, limit)
    return Page(items=[Capture(**row) for row in shown], next=following)


@router.get("/{capture_id}", responses=problems(404) | UNCHANGED)
def one_capture(who: Reader, published: Published, parts: Provided, capture_id: CaptureId) -> Capture:
    """Tell what a capture proves."""
    del who, published
    nothing = dict.fromkeys(("target", "surface", "verdict", "since", "until"))
    with parts.publications.reading() as reading:
        row = reading.row("api/captures", **nothing, **KEY.after(None), capture_id=capture_id, most=1)
    if row is None:
        raise Problem(404, f"there is no capture '{capture_id}'", "GET /api/v1/captures lists them")
    return Capture(**row)
