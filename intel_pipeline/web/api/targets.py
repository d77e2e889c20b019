"""Targets: the watchlist as it is now, each with how it stood in the newest publication."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from intel_pipeline.capture.cadence import surface_hours_of, words_of
from intel_pipeline.due import hours_between
from intel_pipeline.errors import SessionError, TargetError
from intel_pipeline.registry import models as registry
from intel_pipeline.web.access.who import Administrator, Reader
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.api.etags import UNCHANGED, marked
from intel_pipeline.web.api.paging import Cursor, Key, Limit
from intel_pipeline.web.models.base import LABEL, Page
from intel_pipeline.web.models.targets import NewTarget, Target, TargetChange
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem

router = APIRouter(prefix="/targets", tags=["targets"])
Label = Annotated[str, InPath(pattern=LABEL, description="The target's label.", examples=["nasa"])]
KEY = Key({"label": str})


def found(parts: Parts, label: str) -> registry.Target:
    """Return a target by its label; raise Problem 404 where there is none."""
    for target in parts.pipeline.registry.targets.all():
        if target.label == label:
            return target
    raise Problem(404, f"there is no target '{label}'", "GET /api/v1/targets lists them")


def standings(parts: Parts, label: str | None = None) -> dict[str, dict[str, Any]]:
    """Return by label what the newest publication says of targets; nothing where there is none."""
    if parts.publications.number() is None:
        return {}
    with parts.publications.reading() as reading:
        return {row["target"]: row for row in reading.rows("api/targets", label=label)}


def described(parts: Parts, target: registry.Target, standing: dict[str, Any] | None) -> Target:
    """Return a target as the API tells it."""
    surfaces = parts.pipeline.surfaces
    return Target(
        label=target.label,
        username=target.username,
        user_id=None if target.user_id is None else str(target.user_id),
        state="paused" if target.state == "paused" else "active",
        purpose=target.purpose,
        session=target.session,
        cadence={surface: words_of(hours_between(parts.pipeline, target, surface)) for surface in surfaces},
        added_at=target.added_at,
        followers=standing and standing["followers"],
        followers_at=standing and standing["followers_at"],
        listed=standing and standing["listed"],
        verdict=standing and standing["verdict"],
    )


def state_of(parts: Parts, target: registry.Target) -> tuple[object, ...]:
    """Return what the answer about a target is made of, besides the publication."""
    return (
        *(getattr(target, name) for name in ("label", "username", "user_id", "state", "purpose", "session")),
        [(surface, hours_between(parts.pipeline, target, surface)) for surface in parts.pipeline.surfaces],
    )


@router.get("", responses=UNCHANGED)
def list_targets(  # noqa: PLR0913  what it can be asked for
    request: Request,
    response: Response,
    who: Reader,
    parts: Provided,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: Annotated[str | None, Query(pattern="^(active|paused)$", description="Only those.")] = None,
) -> Page[Target]:
    """List the targets on the watchlist, by label."""
    del who
    after = KEY.after(cursor)["after_label"]
    targets = [one for one in parts.pipeline.registry.targets.all() if state in (None, one.state)]
    marked(request, response, parts.publications.number() or 0, [state_of(parts, one) for one in targets])
    rows = [{"label": one.label, "it": one} for one in targets if after is None or one.label > after]
    shown, following = KEY.page(rows, limit)
    standing = standings(parts)
    return Page(items=[described(parts, row["it"], standing.get(row["label"])) for row in shown], next=following)


@router.get("/{label}", responses=problems(404) | UNCHANGED)
def one_target(request: Request, response: Response, who: Reader, parts: Provided, label: Label) -> Target:
    """Tell how a target stands."""
    del who
    target = found(parts, label)
    marked(request, response, parts.publications.number() or 0, state_of(parts, target))
    return described(parts, target, standings(parts, label).get(label))


@router.post("", status_code=201, responses=problems(409))
def add_target(request: Request, response: Response, who: Administrator, parts: Provided, wanted: NewTarget) -> Target:
    """Put an account on the watchlist; the next tick captures it. One that was removed goes on with its history."""
    del who
    pipeline = parts.pipeline
    try:
        if wanted.session:
            pipeline.registry.sessions.get(wanted.session)
        target = pipeline.registry.targets.add(
            wanted.username, wanted.label, wanted.purpose, session=wanted.session or None
        )
    except (TargetError, SessionError) as error:
        # What a target may be called, the description says: what is left contradicts what there is.
        raise Problem(409, error.problem, error.fix) from error
    parts.access.note(request, "target added", target.label)
    response.headers["Location"] = f"/api/v1/targets/{target.label}"
    return described(parts, target, standings(parts, target.label).get(target.label))


@router.patch("/{label}", responses=problems(404))
def change_target(request: Request, who: Administrator, parts: Provided, label: Label, wanted: TargetChange) -> Target:
    """Pause a target or go on with it, say why it is watched, or how often it is captured."""
    del who
    target, targets = found(parts, label), parts.pipeline.registry.targets
    if wanted.state:
        target = targets.set_state(label, wanted.state)
    if wanted.purpose:
        target = targets.describe(label, wanted.purpose)
    if wanted.cadence:
        own = dict(target.cadence or {})
        for surface in wanted.cadence.model_fields_set:
            text = getattr(wanted.cadence, surface)
            if text is None:
                own.pop(surface, None)
            else:
                own[surface] = int(str(surface_hours_of(surface, text)))
        target = targets.pace(label, own)
    parts.access.note(request, "target changed", f"{label}: {', '.join(sorted(wanted.model_fields_set)) or 'nothing'}")
    return described(parts, target, standings(parts, label).get(label))


@router.delete("/{label}", status_code=204, responses=problems(404))
def remove_target(request: Request, who: Administrator, parts: Provided, label: Label) -> None:
    """Take a target off the watchlist. What was captured of it stays."""
    del who
    parts.pipeline.registry.targets.set_state(found(parts, label).label, "removed")
    parts.access.note(request, "target removed", label)
