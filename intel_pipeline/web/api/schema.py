"""The API's description: OpenAPI for programs, the same as a page for people."""

from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from intel_pipeline.web.access.cookies import cookie_name
from intel_pipeline.web.access.who import ROLE_SCOPES, Anybody, administrator, anybody, person, reader, runner
from intel_pipeline.web.api.answers import problems
from intel_pipeline.web.models.base import ProblemDocument
from intel_pipeline.web.routes import routes_of
from intel_pipeline.web.templating import page

ABOUT = """What was captured, derived and proven, for programs.

Everything is of the newest publication, whose number is the first part of the ETag: send it as If-None-Match, and an
answer that has not changed is 304 without a query. Lists come in pages: send `next` as `cursor`. Numbers that are names
(`user_id`, `post_id`) are text, since JavaScript would round them. Moments are in UTC. Every error is a problem as of
RFC 9457 with a `fix`. A key is sent as `Authorization: Bearer ip_…`; its scopes are read, run and admin.
"""
SCOPES = {reader: "read", runner: "run", administrator: "admin", person: None, anybody: None}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of yours: ip_…"},
    "sign-in": {
        "type": "apiKey",
        "in": "cookie",
        "name": cookie_name("https"),
        "description": "As the dashboard has it.",
    },
}
METHODS = ("get", "post", "patch", "delete")
router = APIRouter()


def asked_of(route: APIRoute) -> list[str | None]:
    """Return the scopes that a route asks for, None for nothing: one route, one scope."""
    calls = [one.call for one in route.dependant.dependencies]
    return [scope for call, scope in SCOPES.items() if call in calls]


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the API's description as of OpenAPI 3.1, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    from importlib.metadata import version

    told = get_openapi(title="intel_pipeline", version=version("intel-pipeline"), description=ABOUT, routes=app.routes)
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    # FastAPI's own words for what is not valid never leave this application.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas[ProblemDocument.__name__] = ProblemDocument.model_json_schema()
    told["components"]["securitySchemes"] = SCHEMES
    for path, route in routes_of(app):
        for method in route.methods or ():
            operation = told["paths"].get(path, {}).get(method.lower())
            if operation is None:
                continue
            # In the place of FastAPI's own, which it adds wherever something is asked for.
            operation["responses"]["422"] = problems(422)[422]
            if "requestBody" in operation:
                operation["responses"] |= {str(status): told_of for status, told_of in problems(400, 413).items()}
            scope = asked_of(route)[0]
            operation["x-scope"] = scope
            operation["security"] = [] if scope is None else [{name: []} for name in SCHEMES]
            roles = [role for role, scopes in ROLE_SCOPES.items() if scope in scopes]
            operation["description"] = (
                f"{operation.get('description', '')}\n\nTakes the scope `{scope}`: {', '.join(roles)}."
            )
    app.openapi_schema = told
    return told


def described(app: FastAPI) -> None:
    """Let `app` describe itself so."""
    app.openapi = partial(describe, app)  # type: ignore[method-assign]


@router.get("/api/v1/openapi.json", include_in_schema=False)
def openapi(request: Request, who: Anybody) -> Response:
    """Return the description; what this software can do is no secret."""
    del who
    return JSONResponse(request.app.openapi())


@router.get("/api", include_in_schema=False, name="api")
def reference(request: Request, who: Anybody) -> Response:
    """Show the description to people."""
    del who
    told = request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    tags = dict.fromkeys(tag for one in operations for tag in one["tags"][-1:])
    groups = [(tag, [one for one in operations if one["tags"][-1] == tag]) for tag in tags]
    return page(request, "api.html", about=ABOUT, groups=groups, schemas=told["components"]["schemas"])
