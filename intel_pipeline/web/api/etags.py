"""Answers that have not changed since are not made again: the ETag is the publication's number, and what was asked."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response

from intel_pipeline.web.parts import Provided
from intel_pipeline.web.problems import Problem

# Whoever keeps an answer asks whether it still holds: it may have been published anew at any moment.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}


class UnchangedError(Exception):
    """What is asked for is what the asker has: 304 and nothing more."""

    def __init__(self, tag: str) -> None:
        """Keep the tag that is told again."""
        super().__init__(tag)
        self.tag = tag


def held(request: Request, tag: str) -> bool:
    """Tell whether the asker has what `tag` names."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]


def tag_of(request: Request, *state: object) -> str:
    """Return the tag of what was asked for in this state."""
    asked = "\n".join([request.url.path, request.url.query, request.headers.get("accept", ""), *map(repr, state)])
    return f'"{state[0]}-{hashlib.blake2b(asked.encode(), digest_size=8).hexdigest()}"'


def marked(request: Request, response: Response, *state: object) -> str:
    """Let the answer bear the tag of `state`, and return it; raise UnchangedError where the asker has it."""
    tag = tag_of(request, *state)
    if held(request, tag):
        raise UnchangedError(tag)
    response.headers.update({"ETag": tag, **CACHING})
    return tag


def published(request: Request, response: Response, parts: Provided) -> int:
    """Return the newest publication's number, before anything is queried; raise UnchangedError, Problem 503 without one."""
    number = parts.publications.number()
    if number is None:
        fix = "the first capture is followed by one: `intel-pipeline capture`, or wait for the schedule"
        raise Problem(503, "Nothing has been published yet", fix, {"Retry-After": "60"})
    marked(request, response, number)
    return number


# Of what is of the publication alone.
Published = Annotated[int, Depends(published)]


def answer_unchanged(app: FastAPI) -> None:
    """Let UnchangedError leave `app` as 304."""

    @app.exception_handler(UnchangedError)
    def unchanged(request: Request, error: UnchangedError) -> Response:
        del request
        return Response(status_code=304, headers={"ETag": error.tag, **CACHING})


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What the ETag in If-None-Match names is still so."}}
