"""Refusals outside of any route, in the same two forms as those of the routes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from intel_pipeline.web.problems import Problem, answer, document

POLICY_VIOLATION = 1008


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with a problem, or do not open a web socket because of it."""
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        if "websocket.http.response" in scope.get("extensions", {}):
            await socket.send_denial_response(document(problem, scope["path"]))
        else:
            await socket.close(POLICY_VIOLATION)
        return
    answered: Response = answer(Request(scope), problem)
    await answered(scope, receive, send)
