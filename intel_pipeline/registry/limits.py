"""What a session may send: limits over sliding windows, and when they next admit a request. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

# instaloader's own window is 660 s with 6 s on top; its limits are the most that was ever found to be borne.
WINDOW = timedelta(seconds=666)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Name = Literal["window", "hour", "profile", "followers", "followees", "posts", "day", "interval"]
WORDS: dict[Name, str] = {
    "window": "requests of one kind in eleven minutes",
    "hour": "requests in an hour",
    "profile": "requests for profiles in an hour",
    "followers": "requests for followers in an hour",
    "followees": "requests for followees in an hour",
    "posts": "requests for posts in an hour",
    "day": "identities in a day",
    "interval": "seconds between two requests",
}


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The limits of one session, over all processes.

    `window`: requests per bucket in WINDOW. `hour`: requests of all buckets in an HOUR. `day`: identities that pages
    return in a DAY. `interval`: least seconds between two requests. `surfaces`: requests for one surface in an HOUR.
    """

    window: int
    hour: int
    day: int
    interval: float
    surfaces: Mapping[Name, int] = field(default_factory=dict)

    def allowed(self, name: Name) -> float:
        """Return the figure of the limit `name`."""
        figure: float = self.surfaces[name] if name in self.surfaces else getattr(self, name)
        return figure

    def of_surface(self, name: Name | None) -> bool:
        """Tell whether the limit `name` leaves room for other surfaces while it is spent; only lists have identities."""
        return name == "day" or name in self.surfaces


@dataclass(frozen=True, slots=True)
class Turn:
    """When all limits admit a request: in `wait` seconds, at `at`, by the word of `limit` (None: nothing hinders it).

    `request_id` names the row that was written for it; None where none was.
    """

    wait: float
    at: datetime
    limit: Name | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """How much of one limit is spent now."""

    limit: Name
    allowed: int
    spent: int

    @property
    def left(self) -> int:
        """What may still be spent."""
        return max(0, self.allowed - self.spent)


def refusal(session: str, limits: RateLimits, late: Turn) -> str:
    """Return in words why a turn of the session's is late: which limit, its figure, and when it is free."""
    until = f"until {late.at:%Y-%m-%d %H:%M} UTC"
    if late.limit is None or late.limit == "interval":
        return f"other processes use the session '{session}' {until}"
    budget = f"{limits.allowed(late.limit):,} {WORDS[late.limit]}"
    return f"the session '{session}' has used its budget of {budget}, {until}"


def turn(now: datetime, free_from: Mapping[Name, datetime | None]) -> Turn:
    """Return the turn that comes when each limit is free (None: it is), by the word of the one that is so last."""
    waiting: list[tuple[datetime, Name]] = [(moment, name) for name, moment in free_from.items() if moment]
    latest, limit = max(waiting, default=(now, None))
    if latest <= now:
        return Turn(0.0, now)
    return Turn((latest - now).total_seconds(), latest, limit)


def day_free_from(returned: Sequence[tuple[datetime, int]], allowed: int, more: int) -> datetime | None:
    """Return from when `more` identities keep within `allowed` in a DAY; None where they do already.

    `returned`: when each page of the last DAY was asked for, oldest first, and how many identities it returned.
    """
    spent = sum(number for _, number in returned)
    if spent + more <= allowed:
        return None
    moment = None
    for moment, number in returned:  # noqa: B007  the last one looked at is the answer
        spent -= number
        if spent + more <= allowed:
            break
    return moment + DAY if moment else None
