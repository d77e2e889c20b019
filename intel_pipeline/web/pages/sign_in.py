"""Signing in and out, and the first admin: what comes before anybody is known."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from intel_pipeline.errors import AccessError
from intel_pipeline.web.access.cookies import give, take
from intel_pipeline.web.access.passwords import LEAST, MOST
from intel_pipeline.web.access.who import Anybody
from intel_pipeline.web.parts import Parts, Provided
from intel_pipeline.web.problems import Problem, problem_of
from intel_pipeline.web.templating import page

router = APIRouter()
# Neither a cache nor the button "back" may show it to whoever uses the browser next.
NOT_KEPT = {"Cache-Control": "no-store"}
# Where one is led after signing in must not be where one signs in or out.
NOT_BACK_TO = ("/sign-in", "/sign-out", "/set-up")

Name = Annotated[str, Form(max_length=60)]
Password = Annotated[str, Form(max_length=MOST)]
Token = Annotated[str, Form(max_length=100)]
Next = Annotated[str, Form(max_length=2000)]


@router.get("/sign-in", name="sign-in")
def ask(
    request: Request, who: Anybody, parts: Provided, to: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> Response:
    """Show the form; whoever is signed in is led on."""
    return RedirectResponse(local(to), 303) if who else form(request, parts, to)


@router.post("/sign-in", name="signing-in")
def sign_in(  # noqa: PLR0913  the fields of a form
    request: Request,
    who: Anybody,
    parts: Provided,
    name: Name,
    password: Password,
    to: Annotated[Next, Form(alias="next")] = "/",
) -> Response:
    """Sign a user in and lead them to where they wanted to go."""
    del who
    try:
        token = parts.access.sign_in(request, name, password)
    except Problem as problem:
        return form(request, parts, to, name, problem)
    return welcomed(request, parts, token, to)


@router.post("/sign-out", name="sign-out")
def sign_out(request: Request, who: Anybody, parts: Provided) -> Response:
    """End this sign-in."""
    del who
    parts.access.end(request)
    answer = RedirectResponse("/sign-in", 303, NOT_KEPT)
    take(answer, request)
    return answer


@router.get("/set-up", name="set-up")
def ask_first(
    request: Request, who: Anybody, parts: Provided, token: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Show the form for the first admin, which is worth nothing without the console's token."""
    del who
    if not parts.access.set_up.needed():
        raise already()
    return first_form(request, token)


@router.post("/set-up", name="setting-up")
def set_up(  # noqa: PLR0913  the fields of a form
    request: Request, who: Anybody, parts: Provided, token: Token, name: Name, password: Password, again: Password
) -> Response:
    """Add the first admin and sign them in."""
    del who
    if not parts.access.set_up.needed():
        raise already()
    try:
        refuse_typo(password, again)
        begun = parts.access.add_first_admin(request, token.strip(), name.strip().casefold(), password)
    except Problem as problem:
        return first_form(request, token, name, problem)
    except AccessError as error:
        return first_form(request, token, name, problem_of(error))
    return welcomed(request, parts, begun, "/")


def form(request: Request, parts: Parts, to: str, name: str = "", problem: Problem | None = None) -> Response:
    """Return the form to sign in, with what was wrong."""
    status, headers = (problem.status, problem.headers) if problem else (200, {})
    new = parts.access.set_up.needed()
    return page(
        request,
        "sign_in.html",
        status=status,
        headers={**headers, **NOT_KEPT},
        next=local(to),
        name=name,
        problem=problem,
        nobody_yet=new,
    )


def first_form(request: Request, token: str, name: str = "", problem: Problem | None = None) -> Response:
    """Return the form for the first admin, with what was wrong."""
    status, headers = (problem.status, problem.headers) if problem else (200, {})
    headers = {**headers, **NOT_KEPT}
    shown = {"token": token, "name": name, "problem": problem, "least": LEAST, "most": MOST}
    return page(request, "set_up.html", status=status, headers=headers, **shown)


def welcomed(request: Request, parts: Parts, token: str, to: str) -> Response:
    """Lead a user on, with the cookie of their sign-in."""
    answer = RedirectResponse(local(to), 303, NOT_KEPT)
    give(answer, request, token, int(parts.access.lasting.whole.total_seconds()))
    return answer


def local(path: str) -> str:
    """Return a path of ours, `/` for whatever a browser might take for another host's address."""
    # Browsers read \ as /, skip controls, and take // for the beginning of a host.
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if safe and not path.startswith(NOT_BACK_TO) else "/"


def refuse_typo(password: str, again: str) -> None:
    """Raise Problem 422 where a new password was not typed twice."""
    if password != again:
        raise Problem(422, "The two passwords differ", "type the same one twice")


def already() -> Problem:
    """Return the problem of who sets up what is set up."""
    return Problem(409, "There is an admin already", "sign in at /sign-in; an admin adds others under Users")
