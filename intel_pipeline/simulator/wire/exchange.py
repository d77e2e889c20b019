"""Calls and replies, free of any web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
WWW = "www.instagram.com"
MOBILE = "i.instagram.com"
LONGEST_NUMBER = 20
FILE_HOSTS = (".cdninstagram.com", ".fbcdn.net")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `headers` look up their names in any case; `cookies` hold the last value that is not empty."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: Mapping[str, str]
    cookies: dict[str, str]

    @property
    def line(self) -> str:
        """The call as one line of text, `METHOD host/path?query form`, for those who pick calls by what is in them."""
        given = "&".join(f"{name}={value}" for name, value in (self.query | self.form).items())
        return f"{self.method} {self.host}{self.path}?{given}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `headers` may repeat a name, as Set-Cookie does."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


def is_instagram(host: str) -> bool:
    """Return whether `host` is one that the stand-in answers for."""
    return host in (WWW, MOBILE) or host.endswith(FILE_HOSTS)


def number_of(text: object) -> int | None:
    """Return the number that up to twenty digits stand for, or None for anything else."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER else None


def call_of(method: str, host: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Build the call for a request of `target` (path and query) on `host`; `headers` look up in any case."""
    path, _, query = target.partition("?")
    form = body.decode(errors="replace") if body and headers.get("content-type", "").startswith(FORM) else ""
    return Call(
        method=method,
        host=host,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        form=dict(parse_qsl(form, keep_blank_values=True)),
        headers=headers,
        cookies=cookies_of(headers.get("cookie", "")),
    )


def cookies_of(header: str) -> dict[str, str]:
    """Read a Cookie header. instaloader sends a blank default and then the real value under one name: that one wins."""
    cookies: dict[str, str] = {}
    for part in header.split("; "):
        name, _, value = part.partition("=")
        if value or name not in cookies:
            cookies[name] = value
    return cookies


def json_reply(content: object, status: int = 200, headers: list[tuple[str, str]] | None = None) -> Reply:
    """Return a reply of `content` as compact JSON."""
    return Reply(status, json.dumps(content, separators=(",", ":")).encode(), JSON, headers or [])


def refusal(status: int, message: str, **more: object) -> Reply:
    """Return a reply of the form in which Instagram refuses: a message, and `status` `fail`."""
    return json_reply({"message": message, **more, "status": "fail"}, status)


def please_log_in() -> Reply:
    """Return what the web API answers to somebody logged out; it sounds like a throttle, but waiting never helps."""
    message = "Please wait a few minutes before you try again."
    return refusal(401, message, require_login=True, igweb_rollout=True)
