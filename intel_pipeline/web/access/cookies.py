"""The cookie of a sign-in."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

NAME = "intel_sign_in"
SECURE = frozenset({"https", "wss"})


def cookie_name(scheme: str) -> str:
    """Return the cookie's name; with TLS one that no other host, path or plain connection can set (RFC 6265bis, 4.1.3)."""
    return f"__Host-{NAME}" if scheme in SECURE else NAME


def token_in(cookies: Mapping[str, str], scheme: str) -> str | None:
    """Return the token of a request's cookie."""
    return cookies.get(cookie_name(scheme))


def give(response: Response, request: Request, token: str, seconds: int) -> None:
    """Let the browser keep a token for so many seconds, out of the reach of scripts."""
    scheme = request.url.scheme
    response.set_cookie(
        cookie_name(scheme), token, max_age=seconds, path="/", secure=scheme in SECURE, httponly=True, samesite="lax"
    )


def take(response: Response, request: Request) -> None:
    """Let the browser forget its token."""
    scheme = request.url.scheme
    response.delete_cookie(cookie_name(scheme), path="/", secure=scheme in SECURE, httponly=True, samesite="lax")
