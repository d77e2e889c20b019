"""Errors as their readers need them: RFC 9457 for programs, a page for people."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from intel_pipeline.errors import BusyError, DamagedFileError, DiskFullError, IntelError, RegistryError
from intel_pipeline.web.routes import methods_at

API = "/api/"


class Problem(Exception):  # noqa: N818  the word of RFC 9457
    """What a route refuses: a status, what is the matter, and what to do about it."""

    def __init__(self, status: int, title: str, fix: str, headers: dict[str, str] | None = None) -> None:
        """Keep what both forms of the answer are made of."""
        super().__init__(title)
        self.status, self.title, self.fix, self.headers = status, title, fix, headers or {}


def document(problem: Problem, path: str) -> JSONResponse:
    """Return a problem as `application/problem+json`."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.title,
        "fix": problem.fix,
        "instance": path,
    }
    return JSONResponse(content, problem.status, problem.headers, media_type="application/problem+json")


def answer(request: Request, problem: Problem) -> Response:
    """Return a problem in the form that its reader can use: a person who is not signed in is asked to do so."""
    # As it was received: bytes that are no text must not hinder the answer that says so.
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    if path.startswith(API) or "text/html" not in request.headers.get("accept", ""):
        return document(problem, path)
    if problem.status == HTTPStatus.UNAUTHORIZED and request.method == "GET":
        return RedirectResponse("/sign-in?" + urlencode({"next": f"{path}?{query}" if query else path}), 303)
    from intel_pipeline.web.templating import page

    return page(request, "problem.html", problem=problem, status=problem.status, headers=problem.headers)


def problem_of(error: IntelError) -> Problem:
    """Return an error of ours as a problem: somebody's mistake, or ours to be retried."""
    if isinstance(error, DamagedFileError):
        return Problem(500, error.problem, error.fix)
    later = isinstance(error, BusyError | DiskFullError | RegistryError)
    return Problem(503 if later else 422, error.problem, error.fix, {"Retry-After": "5"} if later else None)


def handle(app: FastAPI) -> None:
    """Let every error leave `app` in one of both forms, the framework's own included."""

    @app.exception_handler(Problem)
    def ours(request: Request, error: Problem) -> Response:
        return answer(request, error)

    @app.exception_handler(IntelError)
    def refused(request: Request, error: IntelError) -> Response:
        return answer(request, problem_of(error))

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> Response:
        fix = {404: "the address may be mistyped; the overview leads everywhere", 405: "see the API's description"}
        problem = Problem(error.status_code, error.detail, fix.get(error.status_code, "see the API's description"))
        problem.headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers["Allow"] = ", ".join(methods_at(request.app, request.url.path))
        return answer(request, problem)

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> Response:
        # It is raised on to the server, whose log has the whole of it.
        del error
        return answer(request, Problem(500, "A defect", "report it with what the server's log says"))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return answer(request, Problem(422, f"{place}: {first['msg']}", "the API's description says what it may be"))
