"""Users, as admins see to them."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.users import Role
from intel_pipeline.web.access.passwords import generated, hashed
from intel_pipeline.web.access.who import Administrator
from intel_pipeline.web.pages.sign_in import NOT_KEPT, Name
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem, problem_of
from intel_pipeline.web.templating import page

router = APIRouter()
BACK = "/users"


@router.get("/users", name="users")
def users(request: Request, who: Administrator, parts: Provided) -> Response:
    """Show every user."""
    del who
    return shown(request, parts)


@router.post("/users", name="add-user")
def add(
    request: Request, who: Administrator, parts: Provided, name: Name, role: Annotated[Role, Form()] = "viewer"
) -> Response:
    """Add a user with a password that is shown this once."""
    del who
    chosen, password = name.strip().casefold(), generated()
    try:
        parts.registry.users.add(parts.access.actor(request), chosen, role, hashed(password, chosen))
    except AccessError as error:
        return shown(request, parts, problem_of(error))
    return shown(request, parts, given=(chosen, password))


@router.post("/users/{name}/password", name="give-password")
def give_password(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Give a user another password, shown this once, and end their sign-ins."""
    del who
    password = generated()
    parts.registry.users.set_password(parts.access.actor(request), name, hashed(password, name))
    parts.access.memory.forget()
    return shown(request, parts, given=(name, password))


@router.post("/users/{name}/role", name="give-role")
def give_role(
    request: Request, who: Administrator, parts: Provided, name: str, role: Annotated[Role, Form()]
) -> Response:
    """Give a user another role."""
    del who
    return changed(request, parts, lambda: parts.registry.users.set_role(parts.access.actor(request), name, role))


@router.post("/users/{name}/disable", name="disable-user")
def disable(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Let a user sign in no more, and end their sign-ins."""
    del who
    actor = parts.access.actor(request)
    return changed(request, parts, lambda: parts.registry.users.set_disabled(actor, name, disabled=True))


@router.post("/users/{name}/enable", name="enable-user")
def enable(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Let a user sign in again."""
    del who
    actor = parts.access.actor(request)
    return changed(request, parts, lambda: parts.registry.users.set_disabled(actor, name, disabled=False))


@router.post("/users/{name}/remove", name="remove-user")
def remove(request: Request, who: Administrator, parts: Provided, name: str) -> Response:
    """Remove a user."""
    del who
    return changed(request, parts, lambda: parts.registry.users.remove(parts.access.actor(request), name))


def changed(request: Request, parts: Parts, change: Callable[[], None]) -> Response:
    """Change something about a user and go back, or say what was wrong."""
    try:
        change()
    except AccessError as error:
        return shown(request, parts, problem_of(error))
    parts.access.memory.forget()
    return RedirectResponse(BACK, 303)


def shown(
    request: Request, parts: Parts, problem: Problem | None = None, given: tuple[str, str] | None = None
) -> Response:
    """Return the page, with what was wrong, or a name and the password that it was given."""
    return page(
        request,
        "people.html",
        status=problem.status if problem else 200,
        headers=NOT_KEPT,
        users=parts.registry.users.all(),
        seen=parts.registry.sign_ins.last_seen(),
        problem=problem,
        given=given,
    )
