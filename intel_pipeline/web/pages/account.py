"""A user's own: their password, and where they are signed in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.sign_ins import MARK
from intel_pipeline.web.access.access import sign_in_of
from intel_pipeline.web.access.passwords import LEAST, MOST
from intel_pipeline.web.access.who import Person, Who
from intel_pipeline.web.pages.sign_in import NOT_KEPT, Password, refuse_typo
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem, problem_of
from intel_pipeline.web.templating import page

router = APIRouter()
BACK = "/account"


@router.get("/account", name="account")
def account(request: Request, who: Person, parts: Provided, done: str = "") -> Response:
    """Show a user what is theirs."""
    return shown(
        request, who, parts, done="The password is changed; you are signed out everywhere else." if done else ""
    )


@router.post("/account/password", name="change-password")
def change_password(  # noqa: PLR0913  the fields of a form
    request: Request, who: Person, parts: Provided, current: Password, password: Password, again: Password
) -> Response:
    """Change the password, which ends the user's other sign-ins."""
    try:
        refuse_typo(password, again)
        parts.access.change_password(request, who, current, password)
    except Problem as problem:
        return shown(request, who, parts, problem)
    except AccessError as error:
        return shown(request, who, parts, problem_of(error))
    return RedirectResponse(f"{BACK}?done=password", 303)


@router.post("/account/sign-ins/revoke", name="revoke-sign-in")
def revoke(
    request: Request, who: Person, parts: Provided, mark: Annotated[str, Form(pattern=f"^[0-9a-f]{{{MARK}}}$")]
) -> Response:
    """End one of the user's sign-ins; it may have ended by itself."""
    parts.registry.sign_ins.revoke(parts.access.actor(request), who.name, mark)
    parts.access.memory.forget()
    return RedirectResponse(BACK, 303)


@router.post("/account/sign-ins/revoke-others", name="revoke-other-sign-ins")
def revoke_others(request: Request, who: Person, parts: Provided) -> Response:
    """End all of the user's sign-ins but this one."""
    parts.registry.sign_ins.revoke_others(parts.access.actor(request), who.name, sign_in_of(request) or "")
    parts.access.memory.forget()
    return RedirectResponse(BACK, 303)


def shown(request: Request, who: Who, parts: Parts, problem: Problem | None = None, done: str = "") -> Response:
    """Return the page, with what was wrong or what was done."""
    current = sign_in_of(request)
    rows = [
        {
            "mark": one.digest[:MARK],
            "current": one.digest == current,
            "agent": browser(one.agent),
            "address": one.address,
            "begun_at": one.begun_at,
            "seen_at": one.seen_at,
        }
        for one in parts.registry.sign_ins.of(who.name, parts.access.clock.now(), parts.access.lasting)
    ]
    return page(
        request,
        "account.html",
        status=problem.status if problem else 200,
        headers={**(problem.headers if problem else {}), **NOT_KEPT},
        sign_ins=rows,
        problem=problem,
        done=done,
        least=LEAST,
        most=MOST,
        lasting=parts.access.lasting,
    )


def browser(agent: str | None) -> str:
    """Return which browser on which system a user agent names, as far as its owner needs to tell them apart."""
    text = agent or ""
    # Each names those before it in the list as well.
    names = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
        *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
    )
    name = next((word for mark, word in names if mark in text), None)
    system = next((word for mark, word in systems if mark in text), None)
    if name is None:
        return text[:60] or "unknown"
    return f"{name} on {system}" if system else name
