"""Sessions and tokens: derived from the world's seed, so that they outlive the process that handed them out."""

import base64
import hashlib
import json
from itertools import count

from intel_pipeline.simulator.wire.exchange import Call

BEARER = "Bearer IGT:2:"


class Tokens:
    """Everything that a client is handed and has to bring back."""

    def __init__(self, seed: int) -> None:
        """Derive everything from `seed`."""
        self._key = f"simulator/{seed}".encode()
        self._numbers = count(1)

    def session(self, viewer_id: int) -> str:
        """Return a new session id for a viewer, escaped as it stands in the cookie."""
        number = next(self._numbers)
        return f"{viewer_id}%3A{self.sign('session', viewer_id, number, length=16)}%3A{number}"

    def viewer_of(self, call: Call) -> int | None:
        """Return the user id of the viewer whose session `call` carries, as a cookie or as a bearer, or None."""
        session = call.cookies.get("sessionid") or self._bearer(call)
        try:
            viewer_id, signature, number = session.split("%3A")
            known = self.sign("session", int(viewer_id), int(number), length=16)
        except ValueError:
            return None
        return int(viewer_id) if signature == known else None

    def csrf(self) -> str:
        """Return a new token against forged requests."""
        return self.sign("csrf", next(self._numbers), length=32)

    def page(self, call: Call) -> dict[str, str]:
        """Return the tokens of the start page for the session of `call`: lsd for all, fb_dtsg for who is logged in."""
        viewer_id = self.viewer_of(call)
        tokens = {"lsd": self.sign("lsd", viewer_id, length=22), "av": str(viewer_id or 0)}
        if viewer_id is not None:
            tokens["fb_dtsg"] = f"NAc{self.sign('dtsg', viewer_id, length=32)}:17:1700000000"
        return tokens

    def cursor(self, *place: object) -> str:
        """Return an opaque cursor for a place in a list."""
        plain = "|".join(str(part) for part in (*place, self.sign("cursor", *place, length=8)))
        return base64.urlsafe_b64encode(plain.encode()).decode()

    def place_of(self, cursor: str, *list_name: object) -> tuple[int, ...] | None:
        """Return the numbers that a cursor of the list `list_name` points at, or None if it is not one of its cursors."""
        try:
            *place, signature = base64.urlsafe_b64decode(cursor).decode().split("|")
        except ValueError:
            return None
        known = signature == self.sign("cursor", *place, length=8)
        named = place[: len(list_name)] == [str(part) for part in list_name]
        return tuple(int(part) for part in place[len(list_name) :]) if known and named else None

    def sign(self, *content: object, length: int) -> str:
        """Return `length` hexadecimal digits, at most 64, that only this world derives from `content`."""
        text = "/".join(str(part) for part in content)
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=32).hexdigest()[:length]

    def _bearer(self, call: Call) -> str:
        authorization = call.headers.get("authorization", "")
        if not authorization.startswith(BEARER):
            return ""
        try:
            return str(json.loads(base64.b64decode(authorization.removeprefix(BEARER)))["sessionid"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
