"""The watchlist: add, pause, pace, purpose, remove."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.capture.cadence import surface_hours_of, words_of
from intel_pipeline.due import hours_between
from intel_pipeline.errors import IntelError, TargetError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Target
from intel_pipeline.web.access.who import Administrator, Reader, Who
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.templating import page

router = APIRouter()
STATES = {"pause": "paused", "resume": "active", "remove": "removed"}
DONE = {"pause": "target paused", "resume": "target resumed", "remove": "target removed"}
Text = Annotated[str, Form(max_length=2000)]


@router.get("/watchlist", name="watchlist")
def watchlist(request: Request, who: Reader, parts: Provided) -> Response:
    """Show who is watched, why and how often."""
    return listed(request, who, parts)


@router.post("/watchlist", name="add_targets")
def add(  # noqa: PLR0913  each is a field of the form
    request: Request,
    who: Administrator,
    parts: Provided,
    usernames: Text = "",
    purpose: Text = "",
    session: Text = "",
) -> Response:
    """Add what the form names, all that can be; what cannot stays in the form, with why."""
    registry = parts.pipeline.registry
    refused: list[tuple[str, IntelError]] = []
    added: list[str] = []
    for name in usernames.replace(",", " ").split():
        try:
            if session:
                registry.sessions.get(session)
            added.append(registry.targets.add(name, None, purpose.strip() or None, session=session or None).label)
            parts.access.note(request, "target added", added[-1])
        except IntelError as error:
            refused.append((name, error))
    if not added and not refused:
        refused.append(("", TargetError("no account is named", "write a username, or several")))
    return listed(request, who, parts, added=added, refused=refused, purpose=purpose)


@router.get("/watchlist/{label}", name="watched")
def watched(request: Request, who: Administrator, parts: Provided, label: str) -> Response:
    """Show what can be changed of a target."""
    del who
    return asked(request, parts.pipeline, parts.pipeline.registry.targets.get(label))


@router.post("/watchlist/{label}/state/{action}", name="set_target_state")
def set_state(request: Request, who: Administrator, parts: Provided, label: str, action: str) -> Response:
    """Pause, resume or remove a target."""
    del who
    if action not in STATES:
        problem = f"'{action}' is nothing that a target can be made to do"
        raise TargetError(problem, f"one of {', '.join(STATES)}")
    target = parts.pipeline.registry.targets.set_state(label, STATES[action])
    parts.access.note(request, DONE[action], target.label)
    return RedirectResponse("/watchlist", 303)


@router.post("/watchlist/{label}", name="change_target")
def change(  # noqa: PLR0913  each is a field of the form
    request: Request,
    who: Administrator,
    parts: Provided,
    label: str,
    purpose: Text = "",
    session: Text = "",
    profile: Text = "",
    followers: Text = "",
    followees: Text = "",
    posts: Text = "",
) -> Response:
    """Give a target the purpose, session and cadence of the form; an empty cadence is the settings'."""
    del who
    given = {"profile": profile, "followers": followers, "followees": followees, "posts": posts}
    pipeline, registry = parts.pipeline, parts.pipeline.registry
    target = registry.targets.get(label)
    try:
        cadence = {
            surface: cast("int", surface_hours_of(surface, text)) for surface, text in given.items() if text.strip()
        }
    except ValueError as error:
        filled = {"purpose": purpose, "session": session, **given}
        return asked(request, pipeline, target, refused=str(error), given=filled)
    if session:
        registry.sessions.get(session)
    registry.targets.describe(label, purpose.strip() or None)
    registry.targets.assign(label, session or None)
    registry.targets.pace(label, cadence)
    parts.access.note(request, "target changed", target.label)
    return RedirectResponse("/watchlist", 303)


def listed(request: Request, who: Who, parts: Parts, **shown: Any) -> Response:  # noqa: ANN401  the template's
    """Return the list, with what became of what was asked."""
    pipeline = parts.pipeline
    rows = [row_of(pipeline, target) for target in pipeline.registry.targets.all()]
    sessions = [state.name for state in pipeline.registry.sessions.all()]
    shown = {"added": [], "refused": [], "purpose": "", **shown}
    surfaces = [surface for surface in SURFACES if surface in pipeline.surfaces]
    status = 422 if shown["refused"] and not shown["added"] else 200
    return page(
        request,
        "watchlist.html",
        status=status,
        rows=rows,
        sessions=sessions,
        surfaces=surfaces,
        admin=who.is_admin,
        simulated=pipeline.simulated,
        may_capture=parts.dagster is not None,
        **shown,
    )


def asked(
    request: Request, pipeline: Pipeline, target: Target, refused: str = "", given: dict[str, str] | None = None
) -> Response:
    """Return the form about a target, filled with what it has or what was given."""
    own = {surface: words_of(hours) for surface, hours in (target.cadence or {}).items()}
    blank: dict[str, str] = dict.fromkeys(map(str, SURFACES), "")
    filled = given or {**blank, "purpose": target.purpose or "", "session": target.session or "", **own}
    usual = {surface: words_of(cast("int", getattr(pipeline.settings, f"{surface}_cadence"))) for surface in SURFACES}
    sessions = [state.name for state in pipeline.registry.sessions.all()]
    return page(
        request,
        "watched.html",
        status=422 if refused else 200,
        target=target,
        filled=filled,
        usual=usual,
        sessions=sessions,
        refused=refused,
    )


def row_of(pipeline: Pipeline, target: Target) -> dict[str, Any]:
    """Return a target with how often each of its surfaces is captured; None for not at all."""
    cadence = {
        surface: words_of(hours_between(pipeline, target, surface)) if surface in pipeline.surfaces else None
        for surface in SURFACES
    }
    return {"target": target, "cadence": cadence, "own": target.cadence or {}}
