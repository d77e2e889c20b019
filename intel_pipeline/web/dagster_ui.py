"""Dagster's own UI under /dagster, behind a guard: it has no sign-in, and takes orders from whoever can reach it.

It is dagster-webserver's ASGI application. What each of its routes is for is decided here, by its path; one that a new
version brings is closed until somebody has decided.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.webserver import DagsterWebserver
from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Message, Receive, Scope, Send

from intel_pipeline.web.access.who import Who
from intel_pipeline.web.guard.headers import DAGSTER as PREFIX
from intel_pipeline.web.guard.refusing import POLICY_VIOLATION, refuse
from intel_pipeline.web.problems import Problem

# How often the UI asks for what is shown live, in milliseconds; Dagster's own default.
POLL_RATE = 2000
# Dagster's own defaults of its web server, for a storage in PostgreSQL.
STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_OVERFLOW = 15_000, 3_600, 20
# The UI's longest document has some thousand.
MOST_TOKENS = 20_000
# A browser opens its web socket anew by itself, and is then asked anew who it is.
SOCKET_SECONDS = 900
GOING_AWAY = 1001
LATER = {"Retry-After": "5"}

Use = Literal["read", "graphql", "report", "admin", "closed"]
# By the path of Dagster's route (dagster_webserver/webserver.py, 1.13.27).
USES: Mapping[str, Use] = {
    "/graphql": "graphql",  # a GET of it executes what its query says, mutations too
    "/server_info": "read",  # three version numbers
    "/logs/{path:path}": "read",  # what steps have printed, which the UI shows
    "/download_debug/{run_id:str}": "admin",  # all events of a run in a file, to be sent to somebody
    "/report_asset_materialization/{asset_key:path}": "report",
    "/report_asset_check/{asset_key:path}": "report",
    "/report_asset_observation/{asset_key:path}": "report",
    "/notebook": "closed",  # renders any .ipynb that the code location can read; we have none
    "/dagit/notebook": "closed",
    "/dagit_info": "closed",  # the former name of /server_info
    "/{path:path}": "read",  # the page itself
    "/": "read",
}
# The UI's own files, one route for each.
STATIC = "static"


class Workspace(WorkspaceProcessContext):
    """Dagster's workspace, in which whoever may only read has Dagster's read-only permissions: the UI offers no more."""

    def create_request_context(self, source: object | None = None) -> WorkspaceRequestContext:
        """Return what a request works with; `source` is the request, None for what is none."""
        asked: Mapping[str, Any] | None = getattr(source, "scope", None)
        who: Who | None = asked.get("intel.who") if asked else None
        return WorkspaceRequestContext(
            instance=self.instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=asked is not None and not (who and who.scopes & {"run", "admin"}),
        )


@dataclass(frozen=True, slots=True)
class DagsterUI:
    """The guarded application, for paths from /dagster on."""

    app: Starlette
    server: DagsterWebserver[Workspace, WorkspaceRequestContext]
    workspace: Workspace

    def heartbeats(self) -> Mapping[str, datetime | None]:
        """Return when each daemon that has to run was last heard of, None for never."""
        instance = self.workspace.instance
        beats = instance.get_daemon_heartbeats()
        return {
            name: datetime.fromtimestamp(beats[name].timestamp, UTC) if name in beats else None
            for name in instance.get_required_daemon_types()
        }

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """Return what a GraphQL document of ours comes to, mutations too: whoever calls has seen to it that it may be."""
        with self.workspace.create_request_context() as context:
            answer = asyncio.run(self.server.gen_graphql_response(context, document, variables, None))
        told = json.loads(bytes(answer.body))
        if "errors" in told:
            raise Problem(503, f"Dagster: {told['errors'][0]['message']}", "see Deployment in the Dagster UI", LATER)
        data: dict[str, Any] = told["data"]
        return data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on to Dagster what whoever asks may do, in a form of which that can be told."""
        use = use_of(self.app, scope)
        try:
            passed = await allowed(scope, receive, use)
        except Problem as problem:
            await refuse(problem, scope, receive, send)
            return
        if scope["type"] == "websocket":
            watched = Watched(scope["intel.who"], receive, send)
            await self.app(scope, watched.receive, watched.send)
        else:
            # What has been looked at is the body; Dagster would take a query from the address as well.
            await self.app({**scope, "query_string": b""} if use == "graphql" else scope, passed, send)


@contextmanager
def opened(home: Path, workspace: Path) -> Iterator[DagsterUI]:
    """Open Dagster's storage in `home` and the code locations of a workspace file, for as long as they are shown."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        instance.optimize_for_webserver(STATEMENT_MILLISECONDS, RECYCLE_SECONDS, MOST_OVERFLOW)
        with Workspace(instance, WorkspaceFileTarget([str(workspace)]), version=dg.__version__) as context:
            server: DagsterWebserver[Workspace, WorkspaceRequestContext] = DagsterWebserver(context, PREFIX, POLL_RATE)
            yield DagsterUI(server.create_asgi_app(), server, context)


def routes(app: Starlette) -> list[BaseRoute]:
    """Return Dagster's routes, as they stand under the prefix."""
    return next(route.routes for route in app.routes if isinstance(route, Mount))


def use_of(app: Starlette, scope: Scope) -> Use:
    """Return what the route is for that Dagster will choose."""
    mount = next(route for route in app.routes if isinstance(route, Mount))
    match, child = mount.matches(scope)
    if match is Match.NONE:
        # /dagster itself, which leads to /dagster/
        return "read"
    inside = {**scope, **child}
    found = [(route.matches(inside)[0], route) for route in mount.routes]
    # As Starlette's router: the first that fits, else the first that would with another method.
    ranked = [route for match in (Match.FULL, Match.PARTIAL) for fits, route in found if fits is match]
    return used(ranked[0]) if ranked else "closed"


def used(route: BaseRoute) -> Use:
    """Return what one of Dagster's routes is for; nothing, where nobody has decided."""
    if str(getattr(route, "name", "")).endswith(STATIC):
        return "read"
    return USES.get(str(getattr(route, "path", "")), "closed")


async def allowed(scope: Scope, receive: Receive, use: Use) -> Receive:
    """Return from where Dagster is to receive the request; raise Problem where that may not be."""
    who: Who | None = scope.get("intel.who")
    if who is None:
        raise Problem(401, "Nobody is signed in", "sign in, or send a key as Authorization: Bearer ip_…")
    if "read" not in who.scopes:
        raise Problem(403, f"{who.name} may not see the Dagster UI", "it takes the scope 'read'")
    elsewhere = scope["type"] == "websocket" and use != "graphql"
    if use == "closed" or elsewhere or ".." in scope["path"].split("/"):
        raise Problem(404, "Nothing of Dagster's is served here", "the Dagster UI itself is at /dagster/")
    if use == "admin" and not who.is_admin:
        raise Problem(403, f"{who.name} may not do this", "an admin can")
    if use == "report" and not (who.by == "key" and who.scopes & {"run", "admin"}):
        fix = "send a key with the scope 'run' as Authorization: Bearer ip_…"
        raise Problem(403, "What a program reports needs a program's key", fix)
    if use == "graphql" and scope["type"] == "http":
        return await asked(scope, receive, who)
    return receive


async def asked(scope: Scope, receive: Receive, who: Who) -> Receive:
    """Return a GraphQL request as it came, if it is one document, by POST, as JSON, and does no more than `who` may."""
    if scope["method"] != "POST":
        raise Problem(405, "GraphQL is asked by POST here", "send the query as JSON by POST", {"Allow": "POST"})
    request = Request(scope, receive)
    # In small letters, as Dagster reads it: of anything else, which a form can send, it takes the query from the address.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Problem(415, "GraphQL is asked in JSON here", "send Content-Type: application/json")
    body = await request.body()
    judge(read(body), who)
    rest = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(rest, None) or await receive()

    return again


def read(text: str | bytes) -> object:
    """Return what a JSON text holds, or raise Problem."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "This is no JSON", "send an object with a query") from error


def judge(payload: object, who: Who) -> None:
    """Raise Problem unless `payload` is an object with one document, and one that `who` may have executed."""
    query = payload.get("query") if isinstance(payload, dict) else None
    if not isinstance(query, str):
        raise Problem(400, "This is no GraphQL request", "send one object with a query; lists of them are not taken")
    if not who.is_admin and mutates(query):
        raise Problem(403, f"{who.name} may look at Dagster, and change nothing", "an admin can")


def mutates(query: str) -> bool:
    """Tell whether a document holds a mutation, whichever of its operations is asked for; raise Problem for none."""
    try:
        document = parse(query, no_location=True, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        raise Problem(400, f"This is no GraphQL: {error.message}", "see what the Dagster UI sends") from error
    operations = [one.operation for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return not set(operations) <= {OperationType.QUERY, OperationType.SUBSCRIPTION}


class Watched:
    """A web socket whose messages are looked at before Dagster gets them, and which is open for a quarter of an hour."""

    def __init__(self, who: Who, receive: Receive, send: Send) -> None:
        """Watch what `who` sends."""
        self.who, self.received, self.sent, self.open = who, receive, send, True
        self.until = asyncio.get_running_loop().time() + SOCKET_SECONDS

    async def receive(self) -> Message:
        """Return the next message; the end of the connection, where its time is up or something else is sent."""
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.received()
        except TimeoutError:
            return await self.closed(GOING_AWAY)
        if message["type"] != "websocket.receive":
            return message
        try:
            order = read(message.get("text") or "")
            if not isinstance(order, dict):
                return await self.closed(POLICY_VIOLATION)
            if order.get("type") not in ("connection_init", "connection_terminate", "stop"):
                judge(order.get("payload"), self.who)
        except Problem:
            return await self.closed(POLICY_VIOLATION)
        return message

    async def closed(self, code: int) -> Message:
        """Close the connection, and tell Dagster so."""
        self.open = False
        await self.sent({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}

    async def send(self, message: Message) -> None:
        """Send on what Dagster sends; nothing more once the connection is closed, of which it hears later."""
        if self.open:
            await self.sent(message)
