"""Capturing a target now, and how far that is."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.web import runs
from intel_pipeline.web.access.who import Reader, Runner
from intel_pipeline.web.parts import Provided
from intel_pipeline.web.templating import page

router = APIRouter()
RunId = Annotated[str, Path(pattern=runs.RUN_ID)]


@router.post("/watchlist/{label}/capture", name="capture_now")
def capture_now(request: Request, who: Runner, parts: Provided, label: str) -> Response:
    """Ask for a run that captures a target, and lead to it."""
    del who
    target = parts.registry.targets.get(label)
    run_id = runs.capture_now(parts, [target], ())
    parts.access.note(request, runs.DEED, target.label)
    return RedirectResponse(f"/runs/{run_id}?target={target.label}", 303)


@router.get("/runs/{run_id}", name="run")
def run(request: Request, who: Reader, parts: Provided, run_id: RunId, target: str = "") -> Response:
    """Show how far a run is; `target`: whose captures it leads to."""
    del who
    known = {one.label for one in parts.registry.targets.all()}
    return page(request, "run.html", run=runs.run_of(parts, run_id), target=target if target in known else "")
