"""Which other origins' pages may read the API: those of INTEL_WEB_CORS, with a key and never with a sign-in."""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/v1/"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SENT = ("Authorization", "Content-Type", "If-None-Match", "Range")
SHOWN = ("ETag", "Link", "Retry-After", "Content-Range", "Content-Disposition")


def shared(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Return `app`, its API readable for pages of `origins`."""
    if not origins:
        return app
    sharing = CORSMiddleware(app, origins, METHODS, SENT, allow_credentials=False, expose_headers=SHOWN)

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        chosen = sharing if scope["type"] == "http" and scope["path"].startswith(API) else app
        await chosen(scope, receive, send)

    return by_path
