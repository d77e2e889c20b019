"""The stand-in itself: it answers calls, one at a time, and remembers them; and a thin web server around it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intel_pipeline.simulator.faults import Fault
from intel_pipeline.simulator.wire import guards, routes
from intel_pipeline.simulator.wire.exchange import WWW, Call, Reply, call_of, is_instagram
from intel_pipeline.simulator.wire.tokens import Tokens
from intel_pipeline.simulator.wire.visit import Visit
from intel_pipeline.simulator.world import World


@dataclass(frozen=True, slots=True)
class Logged:
    """One call that was answered. `key` names the route and starts with `unknown` where there was none."""

    moment: datetime
    method: str
    host: str
    path: str
    key: str
    viewer: str | None
    status: int


class Instagram:
    """Answers calls from a world. `requests` is the log, oldest first; it is only ever added to."""

    def __init__(self, world: World, faults: Iterable[Fault] = (), *, remember: int | None = None) -> None:
        """Answer from `world`; `faults` are asked first, in order; the log keeps at least `remember` calls, None: all."""
        self.world = world
        self.faults: list[Fault] = list(faults)
        self.requests: list[Logged] = []
        self._remember = remember
        self._tokens = Tokens(world.seed)
        self._lock = threading.Lock()

    def answer(self, call: Call) -> Reply:
        """Answer one call; never raises for what a client may send."""
        with self._lock:
            found = routes.find(call)
            viewer_id = self._tokens.viewer_of(call)
            visit = Visit(call, self.world, self._tokens, viewer_id, self.world.now(), found.part)
            answers = (reply for fault in self.faults if (reply := fault.intercept(call)) is not None)
            reply = next(answers, None) or guards.refusal_of(visit) or found.route(visit)
            viewer = visit.viewer.username if visit.viewer else None
            self.requests.append(Logged(visit.now, call.method, call.host, call.path, found.key, viewer, reply.status))
            if self._remember is not None and len(self.requests) > 2 * self._remember:
                del self.requests[: self._remember]
            return reply


def asgi(instagram: Instagram) -> Starlette:
    """Wrap `instagram` as a web application. The host that is meant is X-Sim-Host, or else Host, or else www."""

    async def answer(request: Request) -> Response:
        headers = request.headers
        host = headers.get("x-sim-host") or headers.get("host", "").partition(":")[0]
        if not is_instagram(host):
            host = WWW
        target = f"{request.url.path}?{request.url.query}"
        reply = instagram.answer(call_of(request.method, host, target, headers, await request.body()))
        response = Response(reply.body, reply.status, media_type=reply.content_type)
        for name, value in reply.headers:
            response.headers.append(name, value)
        return response

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[Route("/{path:path}", answer, methods=methods)])
