"""What a world is made of: the targets that are watched and the viewers who may log in to watch them."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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

    What misleads is off unless it is asked for. Of the followers, `hidden_share` are counted and never listed, and
    `hides_per_day` join them for good; `flickering_share` are missing from a listing with `flickering_chance`.
    `deactivates_per_day` lose their account, two in three of them for about `away_days`, then have their old place
    again; `visits_per_day` follow and leave within hours; of `name_passings_per_day` a follower renames and somebody
    else takes the old name the same day. From 09:00 UTC of the first day of `private_between` and `away_between` to that
    of the second the target is private, or gone: nothing happens among its followers then but to their own accounts.

    A listing is one reading of the follower list, first page to last. Those chances are drawn for each of them:
    `cuts` are (chance, share listed before it ends as if that were all), `limits` is (chance, share listed, and said
    to be limited); `deaths` list nobody, `duplications` show a page in place of the next, `overlaps` begin each page
    with the end of the one before, `empty_pages` and `repeated_cursors` break off in the middle.
    The follower count is that of `count_lag` hours ago, off by up to `count_wobble`.
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
    hidden_share: float = 0.0
    hides_per_day: float = 0.0
    flickering_share: float = 0.0
    flickering_chance: float = 0.0
    deactivates_per_day: float = 0.0
    away_days: float = 10.0
    visits_per_day: float = 0.0
    name_passings_per_day: float = 0.0
    private_between: tuple[int, int] | None = None
    away_between: tuple[int, int] | None = None
    order: Literal["newest_first", "shuffled"] = "newest_first"
    cuts: tuple[tuple[float, float], ...] = ()
    limits: tuple[float, float] = (0.0, 1.0)
    deaths: float = 0.0
    duplications: float = 0.0
    overlaps: float = 0.0
    empty_pages: float = 0.0
    repeated_cursors: float = 0.0
    count_lag: float = 0.0
    count_wobble: int = 0

    def __post_init__(self) -> None:
        """Refuse, with ValueError, a username that Instagram would refuse, and days and chances that cannot be."""
        for username in self.usernames:
            if not USERNAME.fullmatch(username):
                msg = f"target {self.label!r} cannot be called {username!r}"
                raise ValueError(msg)
        days = [day for day, _ in self.renames_on + self.biographies_on]
        if min([*days, self.vanishes_on or 0]) < 0:
            msg = f"target {self.label!r} plans something for a day before the world starts"
            raise ValueError(msg)
        spans = [span for span in (self.private_between, self.away_between) if span is not None]
        if not all(0 <= first < end for first, end in spans):
            msg = f"target {self.label!r} plans a time that ends before it begins, or begins before the world starts"
            raise ValueError(msg)
        if not all(0 <= share <= 1 for share in self._shares):
            msg = f"target {self.label!r} has a chance or a share that is not between 0 and 1"
            raise ValueError(msg)

    @property
    def usernames(self) -> tuple[str, ...]:
        """What it is ever called."""
        return (self.username, *(name for _, name in self.renames_on))

    @property
    def lists_plainly(self) -> bool:
        """Whether every listing simply shows everybody who is not hidden for good, newest first."""
        page_faults = self.duplications or self.overlaps or self.empty_pages or self.repeated_cursors
        whole = not (self.flickering_share or self.cuts or self.limits[0] or self.deaths)
        return whole and not page_faults and self.order == "newest_first"

    @property
    def _shares(self) -> tuple[float, ...]:
        listed = (*self.limits, *(number for cut in self.cuts for number in cut), self.deaths, self.hidden_share)
        paged = (self.duplications, self.overlaps, self.empty_pages, self.repeated_cursors)
        return (*listed, *paged, self.flickering_share, self.flickering_chance)


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
