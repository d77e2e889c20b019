"""The door: finds out who is behind each request, and lets the routes say who may use them."""

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from intel_pipeline.errors import IntelError
from intel_pipeline.web.access.access import Access
from intel_pipeline.web.access.cookies import token_in
from intel_pipeline.web.access.memory import Credential
from intel_pipeline.web.access.tokens import KEY, SIGN_IN, digest

# Style sheets and scripts are the same for everybody, and a page has several.
FOR_ALL = "/static/"
BEARER = "bearer"


class Door:
    """ASGI middleware that puts into a scope who asks (`intel.who`) and by which sign-in (`intel.sign_in`).

    What keeps it from finding out is `intel.trouble`, which routes raise that ask for somebody.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        """Stand in front of `app`."""
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] in ("http", "websocket"):
            # Nobody else may have said it: of what servers put into a scope, extensions are free to choose.
            scope["intel.who"] = scope["intel.sign_in"] = scope["intel.trouble"] = None
            if not scope["path"].startswith(FOR_ALL):
                await self._find_out(scope)
        await self.app(scope, receive, send)

    async def _find_out(self, scope: Scope) -> None:
        credential = credential_in(scope)
        if credential is None:
            return
        who = self.access.recall(credential)
        if who is None:
            try:
                who = await to_thread.run_sync(self.access.find, credential)
            except IntelError as error:
                scope["intel.trouble"] = error
        scope["intel.who"] = who
        if who and credential.kind == "sign-in":
            scope["intel.sign_in"] = credential.digest


def credential_in(scope: Scope) -> Credential | None:
    """Return what a request shows: a key, however wrong, or else its cookie; None where neither can be one of ours."""
    headers = Headers(scope=scope)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == BEARER:
        return Credential("key", digest(token.strip())) if KEY.fullmatch(token.strip()) else None
    cookies = cookie_parser("; ".join(headers.getlist("cookie")))
    found = token_in(cookies, scope.get("scheme", "http"))
    return Credential("sign-in", digest(found)) if found and SIGN_IN.fullmatch(found) else None
