"""Cookies that somebody brings: a session file that instaloader saved, or what a browser shows, as JSON."""

import json
import pickle
import pickletools
import re
from collections.abc import Iterable
from typing import Any

from intel_pipeline.errors import IntelError

Cookies = dict[str, str]
HOST = "instagram.com"
# Without the first nothing works; without the second instaloader loads nothing.
NEEDED = ("sessionid", "csrftoken")
NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(r"[ -:<-~]*")
PICKLED = b"\x80"
# A session is some hundred characters; more is no session.
MOST_BYTES = 100_000
# What a dictionary of texts is pickled with. Anything else could run code, or ask for memory without end.
HARMLESS = {
    *("PROTO", "FRAME", "EMPTY_DICT", "DICT", "MARK", "STOP", "SETITEM", "SETITEMS", "MEMOIZE", "NONE"),
    *("SHORT_BINUNICODE", "BINUNICODE", "UNICODE", "BINPUT", "PUT", "BINGET", "GET"),
}
WHERE_FROM = (
    "give the file that instaloader saved (~/.config/instaloader/session-NAME), or the cookies of instagram.com as JSON, "
    'as a browser\'s cookie extension exports them or as {"sessionid": "…", "csrftoken": "…"}'
)


class CookiesError(IntelError):
    """What was given holds no session that can be taken in."""

    exit_code = 2


def read_cookies(given: bytes) -> Cookies:
    """Return the cookies of instagram.com in `given`, names to values, or raise CookiesError; never quotes a value."""
    if len(given) > MOST_BYTES:
        problem = f"that is no session: it has {len(given):,} bytes"
        raise CookiesError(problem, WHERE_FROM)
    found = unpickled(given) if given[:1] == PICKLED else parsed(given)
    cookies = {name: value for name, value in found if isinstance(value, str) and value}
    for name in NEEDED:
        if name not in cookies:
            problem = f"that is not of a logged-in session: there is no cookie '{name}' in it"
            raise CookiesError(problem, WHERE_FROM)
    for name, value in cookies.items():
        # It would fail at the first request otherwise, with the value in the message.
        if not (NAME.fullmatch(name) and VALUE.fullmatch(value)):
            problem = f"the cookie {ascii(name)[:40]} has a name or a value that no cookie can have"
            raise CookiesError(problem, WHERE_FROM)
    return cookies


def unpickled(given: bytes) -> Iterable[tuple[str, Any]]:
    """Yield names and values of a pickled dictionary of texts; whatever is more than that is refused unread."""
    try:
        unknown = next((code.name for code, *_ in pickletools.genops(given) if code.name not in HARMLESS), None)
        if unknown:
            problem = f"that file holds more than texts ({unknown}), and reading it could run code"
            raise CookiesError(problem, WHERE_FROM)
        content = pickle.loads(given)  # noqa: S301  nothing but texts and a dictionary, as has just been made sure
    except (ValueError, pickle.UnpicklingError, EOFError, KeyError, IndexError, TypeError, AttributeError) as error:
        problem = "that file is damaged"
        raise CookiesError(problem, WHERE_FROM) from error
    return named(content)


def parsed(given: bytes) -> Iterable[tuple[str, Any]]:
    """Yield names and values of JSON: an object of names to values, or a browser's list of cookies."""
    try:
        content = json.loads(given.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        problem = "that is neither JSON nor a file that instaloader saved"
        raise CookiesError(problem, WHERE_FROM) from error
    if isinstance(content, dict) and isinstance(content.get("cookies"), list):
        content = content["cookies"]
    if not isinstance(content, list):
        return named(content)
    ours = [one for one in content if isinstance(one, dict) and of_instagram(one.get("domain", HOST))]
    return named({one.get("name"): one.get("value") for one in ours})


def of_instagram(domain: object) -> bool:
    """Tell whether a cookie's domain is Instagram's: a browser may export those of every site."""
    host = str(domain).lower().lstrip(".")
    return host == HOST or host.endswith(f".{HOST}")


def named(content: object) -> Iterable[tuple[str, Any]]:
    """Yield the names and values of a dictionary, or raise CookiesError for anything else."""
    if not isinstance(content, dict):
        problem = "that is no collection of names and values"
        raise CookiesError(problem, WHERE_FROM)
    return ((name, value) for name, value in content.items() if isinstance(name, str))
