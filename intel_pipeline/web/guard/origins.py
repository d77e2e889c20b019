"""Where a request comes from: what changes anything has to come from our own pages, or from a program with a key.

As `CrossOriginProtection` of Go 1.25 and `csrf.py` of Datasette: browsers say by themselves where a request comes from,
so there is no token to lose. A cookie's SameSite is no help here: to it, every port of this machine is the same site.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from intel_pipeline.web.guard.refusing import refuse
from intel_pipeline.web.problems import Problem

SAFE = ("GET", "HEAD", "OPTIONS")
OURS = ("same-origin", "none")
FIX = "use a page of this address itself; a program sends its key as Authorization: Bearer ip_… and no cookie"


def foreign(headers: Headers) -> str | None:
    """Return why something does not come from us, in words; None where it does, or where nothing is at stake."""
    with_cookie = "cookie" in headers
    if not with_cookie and headers.get("authorization", "").lower().startswith("bearer "):
        # No page can send this for somebody else: there is no cookie in it, and the key is the sender's.
        return None
    sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    if sites:
        return None if len(sites) == 1 and sites[0] in OURS else f"it comes from elsewhere ({', '.join(sites)})"
    if origins:
        same = len(origins) == 1 and urlsplit(origins[0]).netloc.lower() == headers.get("host", "").lower()
        return None if same else f"it comes from {', '.join(origins)}"
    return "it does not say where it comes from" if with_cookie else None


class OriginGuard:
    """Refuses with 403 what would change something, and every web socket, unless it comes from us."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what only reads, and what comes from us."""
        at_stake = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE)
        if at_stake and (why := foreign(Headers(scope=scope))):
            await refuse(Problem(403, f"This is refused: {why}", FIX), scope, receive, send)
            return
        await self.app(scope, receive, send)
