"""Keys, as admins see to them."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.api_keys import Scope
from intel_pipeline.web.access.tokens import digest, new_key
from intel_pipeline.web.access.who import Administrator
from intel_pipeline.web.pages.sign_in import NOT_KEPT, Name
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem, problem_of
from intel_pipeline.web.templating import page

router = APIRouter()
# Days until a key expires; the empty text is never.
Days = Literal["30", "90", "365", ""]
MEANINGS: dict[Scope, str] = {
    "read": "see what was published, and how things stand",
    "run": "start captures and change the watchlist",
    "admin": "everything, users and keys too",
}


@router.get("/keys", name="keys")
def keys(request: Request, who: Administrator, parts: Provided) -> Response:
    """Show every key, by name: what it is itself was shown once."""
    del who
    return shown(request, parts)


@router.post("/keys", name="make-key")
def make(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Administrator,
    parts: Provided,
    name: Name,
    scopes: Annotated[list[Scope], Form()] = [],  # noqa: B006  FastAPI copies it
    days: Annotated[Days, Form()] = "90",
) -> Response:
    """Make a key and show it, this once."""
    del who
    actor, key, chosen = parts.access.actor(request), new_key(), name.strip().casefold()
    expires_at = actor.at + timedelta(days=int(days)) if days else None
    try:
        parts.registry.api_keys.add(actor, chosen, digest(key), scopes, expires_at)
    except AccessError as error:
        return shown(request, parts, problem_of(error))
    return shown(request, parts, made=(chosen, key))


@router.post("/keys/{name}/revoke", name="revoke-key")
def revoke(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Let a key be used no more."""
    del who
    try:
        parts.registry.api_keys.revoke(parts.access.actor(request), name)
    except AccessError as error:
        return shown(request, parts, problem_of(error))
    parts.access.memory.forget()
    return RedirectResponse("/keys", 303)


def shown(
    request: Request, parts: Parts, problem: Problem | None = None, made: tuple[str, str] | None = None
) -> Response:
    """Return the page, with what was wrong, or a new key's name and the key."""
    now = parts.access.clock.now()
    rows = [
        {
            **{
                name: getattr(key, name) for name in ("name", "scopes", "added_at", "added_by", "used_at", "expires_at")
            },
            "state": key.state(now),
        }
        for key in parts.registry.api_keys.all()
    ]
    return page(
        request,
        "keys.html",
        status=problem.status if problem else 200,
        headers=NOT_KEPT,
        keys=sorted(rows, key=lambda row: row["state"] != "valid"),
        meanings=MEANINGS,
        problem=problem,
        made=made,
    )
