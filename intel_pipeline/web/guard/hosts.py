"""Under which names we answer: a page that has its own name point at this machine must get nothing (DNS rebinding)."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from intel_pipeline.web.guard.refusing import refuse
from intel_pipeline.web.problems import Problem

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# Browsers leave these out.
PLAIN_PORTS = (80, 443)


def allowed_hosts(port: int, further: Iterable[str] = ()) -> frozenset[str]:
    """Return the values of `Host` that are ours: loopback's at the port served, and `further` ones.

    A further one without a port is one that may stand at the port served, or at none behind a proxy.
    """
    names = (*LOOPBACK, *further)
    whole = {name for name in names if port_of(name)}
    bare = {name for name in names if not port_of(name)}
    unnumbered = bare if port in PLAIN_PORTS else bare - set(LOOPBACK)
    return frozenset(whole | unnumbered | {f"{name}:{port}" for name in bare})


def port_of(host: str) -> str:
    """Return the port that a host names, nothing where it names none."""
    return host.rpartition("]")[2].partition(":")[2]


class HostGuard:
    """Refuses with 421 what is asked under another name."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        """Guard `app`, which is asked under `hosts`."""
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what names one of ours, once."""
        if scope["type"] in ("http", "websocket"):
            named = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
            if len(named) != 1 or named[0] not in self.hosts:
                said = f"'{named[0]}'" if len(named) == 1 else "no name, or several"
                fix = "open one of the addresses that the server has printed; INTEL_WEB_HOSTS takes further names"
                await refuse(Problem(421, f"Nothing is served here under {said}", fix), scope, receive, send)
                return
        await self.app(scope, receive, send)
