"""Every target at a glance."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from intel_pipeline.web.access.who import Reader
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.templating import page

router = APIRouter()


@router.get("/", name="overview")
def overview(request: Request, who: Reader, parts: Provided) -> Response:
    """Show every target with how it does."""
    del who
    if parts.publications.number() is None:
        return page(request, "overview.html", targets=[], published_at=None)
    with parts.publications.reading() as reading:
        targets = reading.rows("overview")
    return page(request, "overview.html", targets=targets, published_at=reading.published_at)
