"""Runs: chosen targets captured now, by Dagster; the budgets of the sessions hold as ever."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from fastapi import Path as InPath

from intel_pipeline.web import runs
from intel_pipeline.web.access.who import Reader, Runner
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.rates import Dear
from intel_pipeline.web.api.targets import found
from intel_pipeline.web.models.running import NewRun, Run
from intel_pipeline.web.parts import Provided

router = APIRouter(prefix="/runs", tags=["runs"])
RunId = Annotated[
    str,
    InPath(pattern=runs.RUN_ID, description="The run's id.", examples=["0b3c4a0e-6a3f-4d67-8f0e-0d5f0c6f7e11"]),
]
Asked = Annotated[
    NewRun,
    Body(
        openapi_examples={
            "everything of a target": {"value": {"targets": ["nasa"]}},
            "profiles of two": {"value": {"targets": ["nasa", "esa"], "surfaces": ["profile"]}},
        }
    ),
]


@router.post("", status_code=202, responses=problems(404, 409))
def capture_now(  # noqa: PLR0913  what it works with
    request: Request, response: Response, who: Runner, dear: Dear, parts: Provided, wanted: Asked
) -> Run:
    """Capture targets now, once more if they were today. The run takes its turn, and spends no more than the budgets allow."""
    del who, dear
    targets = [found(parts, label) for label in dict.fromkeys(wanted.targets)]
    run_id = runs.capture_now(parts, targets, tuple(dict.fromkeys(wanted.surfaces)))
    parts.access.note(request, runs.DEED, ", ".join(target.label for target in targets))
    response.headers["Location"] = f"/api/v1/runs/{run_id}"
    return described(runs.run_of(parts, run_id))


@router.get("/{run_id}", responses=problems(404, 409))
def one_run(who: Reader, parts: Provided, run_id: RunId) -> Run:
    """Tell how far a run of Dagster's is."""
    del who
    return described(runs.run_of(parts, run_id))


def described(run: runs.Run) -> Run:
    """Return a run as the API tells it."""
    return Run(**asdict(run))
