"""Runs of Dagster's, asked for as its own UI does: to capture chosen targets now, to derive a round; how a run stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from intel_pipeline.instagram.source import Surface
from intel_pipeline.registry.models import Target
from intel_pipeline.web.parts import Dagster, Parts
from intel_pipeline.web.problems import Problem

JOB = "capture_now"
# Dagster's own job of whatever assets are chosen.
ASSETS = "__ASSET_JOB"
# What derives lists.
DERIVING = {"followers": "follower_changes", "followees": "followees"}
RUN_ID = r"^[0-9a-f-]{36}$"
# What the audit calls it.
DEED = "capture asked for"
State = Literal["waiting", "running", "done", "failed", "canceled"]
# Dagster's words for it (DagsterRunStatus).
STATES: Mapping[str, State] = {
    "QUEUED": "waiting",
    "NOT_STARTED": "waiting",
    "MANAGED": "waiting",
    "STARTING": "running",
    "STARTED": "running",
    "CANCELING": "running",
    "SUCCESS": "done",
    "FAILURE": "failed",
    "CANCELED": "canceled",
}
WHERE = """{ workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError {
    ... on RepositoryLocation { repositories { name jobs { name } } } } } } } }"""
LAUNCH = """mutation Launch($what: ExecutionParams!) { launchRun(executionParams: $what) { __typename
        ... on LaunchRunSuccess { run { runId } }
        ... on RunConfigValidationInvalid { errors { message } }
        ... on Error { message } } }"""
FIND = """query Find($run: ID!) { runOrError(runId: $run) {
    ... on Run { runId jobName status creationTime startTime endTime } } }"""
HOW = "`intel-pipeline dev` serves the same with Dagster; `intel-pipeline capture LABEL` captures without it"
LATER = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job, and when it was asked for, began and ended."""

    run_id: str
    job: str
    state: State
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def dagster_of(parts: Parts) -> Dagster:
    """Return what asks Dagster; raise Problem 409 where the server runs without it."""
    if parts.dagster is None:
        raise Problem(409, "this server runs without Dagster, which starts runs", HOW)
    return parts.dagster


def capture_now(parts: Parts, targets: Sequence[Target], surfaces: Sequence[Surface]) -> str:
    """Ask for a run that captures `surfaces` of targets, all that are captured for none; return its id.

    It spends no more than the budgets allow. Raises Problem 409 where it could not capture anything, 503 where Dagster
    does not take it at this moment.
    """
    ask = dagster_of(parts)
    if others := [one for one in surfaces if one not in parts.pipeline.surfaces]:
        fix = f"these are: {', '.join(parts.pipeline.surfaces)}; the setting INTEL_SURFACES says which"
        raise Problem(409, f"{', '.join(others)} are not captured here", fix)
    if hindrance := parts.pipeline.barred(targets):
        raise Problem(409, hindrance, "a cool-down ends by itself; the page Collection says what else to do")
    config = {"labels": [one.label for one in targets], "surfaces": list(surfaces)}
    return launched(ask, {"selector": {**place_of(ask), "jobName": JOB}, "runConfigData": config})


def derive_now(parts: Parts, surface: str, day: date) -> str:
    """Ask for a run that derives the lists of a round, and whatever was judged again since; return its id.

    The sensor of the publication publishes it. Raises as `capture_now`.
    """
    ask = dagster_of(parts)
    asset = {"jobName": ASSETS, "assetSelection": [{"path": [DERIVING[surface]]}]}
    partition = {"tags": [{"key": "dagster/partition", "value": day.isoformat()}]}
    return launched(ask, {"selector": {**place_of(ask), **asset}, "executionMetadata": partition})


def launched(ask: Dagster, what: dict[str, Any]) -> str:
    """Return the id of a run that Dagster has taken; raise Problem 503 where it does not."""
    answer = ask(LAUNCH, what=what)["launchRun"]
    if answer["__typename"] != "LaunchRunSuccess":
        said = "; ".join(one["message"] for one in answer.get("errors", [answer]))
        problem = f"Dagster does not take the run: {said}"
        raise Problem(503, problem, "see Deployment in the Dagster UI, and restart it after an update", LATER)
    run_id: str = answer["run"]["runId"]
    return run_id


def place_of(ask: Dagster) -> dict[str, str]:
    """Return where Dagster has our jobs; raise Problem 503 where none of its code locations is loaded that does."""
    for location in ask(WHERE)["workspaceOrError"].get("locationEntries", ()):
        for repository in (location["locationOrLoadError"] or {}).get("repositories", ()):
            if JOB in [job["name"] for job in repository["jobs"]]:
                return {"repositoryLocationName": location["name"], "repositoryName": repository["name"]}
    raise Problem(503, f"Dagster has not loaded the job {JOB}", "see Deployment in the Dagster UI", LATER)


def run_of(parts: Parts, run_id: str) -> Run:
    """Return how a run stands; raise Problem 404 where there is none, 409 where the server runs without Dagster."""
    found = dagster_of(parts)(FIND, run=run_id)["runOrError"]
    if not found:
        raise Problem(404, f"there is no run '{run_id}' any more", "the Dagster UI lists the runs that there are")
    return Run(
        run_id=found["runId"],
        job=found["jobName"],
        state=STATES[found["status"]],
        asked_at=datetime.fromtimestamp(found["creationTime"], UTC),
        started_at=moment(found["startTime"]),
        ended_at=moment(found["endTime"]),
    )


def moment(seconds: float | None) -> datetime | None:
    """Return the moment that Dagster tells in seconds."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
