"""What a world is made of: the targets that are watched and the viewers who may log in to watch them."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

USERNAME = re.compile(r"[a-z0-9._]{1,30}")
TOTP_STEP = 30
TOTP_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """One target: how it is at the start of the world and at what pace it changes.

    Counts are those at the start; paces are expected events per day. Day 0 is the day the world starts in, and what
    is planned for a day happens at a moment between 09:00 and 23:00 UTC of it. `shared` is the share of followers
    who are drawn from a community that all targets have in common. `rest_days`: nobody does two things in less than this,
    so that a daily look sees each of them; with 0 somebody may come and go between two looks.
    """

    label: str
    username: str
    full_name: str = ""
    biography: str = ""
    external_url: str | None = None
    category: str | None = None
    is_private: bool = False
    is_verified: bool = False
    is_business: bool = False
    followers: int = 100
    followees: int = 40
    posts: int = 24
    follows_per_day: float = 2.0
    leaves_per_day: float = 1.5
    renames_per_day: float = 0.5
    returns_per_day: float = 0.2
    posts_per_day: float = 0.5
    shared: float = 0.05
    rest_days: float = 3.0
    renames_on: tuple[tuple[int, str], ...] = ()
    biographies_on: tuple[tuple[int, str], ...] = ()
    vanishes_on: int | None = None

    def __post_init__(self) -> None:
        """Refuse, with ValueError, a username that Instagram would refuse and plans for a day before the first."""
        for username in (self.username, *(name for _, name in self.renames_on)):
            if not USERNAME.fullmatch(username):
                msg = f"target {self.label!r} cannot be called {username!r}"
                raise ValueError(msg)
        days = [day for day, _ in self.renames_on + self.biographies_on]
        if min([*days, self.vanishes_on or 0]) < 0:
            msg = f"target {self.label!r} plans something for a day before the world starts"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class ViewerSpec:
    """One login. `sees` holds the labels of the targets it follows: the private ones among them it may look at.

    With `code` (always the same) or `totp_key` (base32, by the world's clock) the password alone does not log in;
    with `checkpoint` nothing does.
    """

    username: str
    password: str
    full_name: str = ""
    sees: frozenset[str] = frozenset()
    code: str | None = None
    totp_key: str | None = None
    checkpoint: bool = False

    @property
    def needs_code(self) -> bool:
        """Whether a second factor is asked for."""
        return self.code is not None or self.totp_key is not None

    def accepts(self, code: str, at: datetime) -> bool:
        """Return whether `code` is the second factor at `at`, one time step of clock drift forgiven."""
        if self.code is not None:
            return code == self.code
        if self.totp_key is None:
            return False
        step = int(at.timestamp()) // TOTP_STEP
        return any(code == totp(self.totp_key, step + drift) for drift in (-1, 0, 1))


def totp(key: str, step: int) -> str:
    """Return the one-time code of RFC 6238 for a base32 `key` and a number of time steps since 1970."""
    padded = key.upper() + "=" * (-len(key) % 8)
    digest = hmac.digest(base64.b32decode(padded), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number)[-TOTP_DIGITS:].zfill(TOTP_DIGITS)
