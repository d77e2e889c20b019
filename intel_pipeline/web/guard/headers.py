"""What every answer says to the browser: what our pages may load and do, and for how long it may be kept."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DAGSTER = "/dagster"
OUR_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Beside Dagster's own policy, which a browser keeps as well: nonces for scripts, inline styles, and any host for the rest.
DAGSTERS_PAGES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 31_536_000
NOT_KEPT = "private, no-cache"
KEPT = f"public, max-age={YEAR}, immutable"


def kept(path: str, query: bytes, status: int) -> str:
    """Return for how long an answer may be kept: for good what has its version in its address, else never unasked."""
    versioned = (path.startswith("/static/") and b"v=" in query) or path.startswith(f"{DAGSTER}/_next/static/")
    return KEPT if versioned and status in (200, 206, 304) else NOT_KEPT


def head(scope: Scope, message: Message) -> None:
    """Put the headers on the beginning of an answer."""
    headers = MutableHeaders(scope=message)
    for name, value in ALWAYS.items():
        headers[name] = value
    if scope["path"] == DAGSTER or scope["path"].startswith(f"{DAGSTER}/"):
        headers.append("Content-Security-Policy", DAGSTERS_PAGES)
    else:
        headers["Content-Security-Policy"] = OUR_PAGES
    headers.setdefault("Cache-Control", kept(scope["path"], scope["query_string"], message["status"]))
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"


class Headed:
    """Puts the headers on every answer, refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and put the headers on what comes back."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                head(scope, message)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
