"""How long the rest of a capture takes at the pace that a session's limits let through. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from intel_pipeline.registry.limits import DAY, HOUR, WINDOW, Name, RateLimits, Spending

# What is added to the interval between two requests, on average.
MEAN_JITTER = 1.7
SPANS: dict[Name, timedelta] = {"window": WINDOW, "hour": HOUR, "day": DAY}


@dataclass(frozen=True, slots=True)
class Rest:
    """What a capture of `surface` has left to read: `rows`, so many on a page; `counted`: as identities of the day."""

    surface: Name
    rows: int
    per_page: int
    counted: bool

    @property
    def requests(self) -> int:
        """The pages, and the last look at the profile."""
        return ceil(self.rows / self.per_page) + 1


def time_for(rest: Rest, limits: RateLimits, spent: Sequence[Spending]) -> timedelta:
    """Return how long `rest` takes at least where nothing else is read with the session meanwhile.

    What is left of a limit is used at once, at the interval; from then on as much of it is free in each of its spans as
    it allows. The limit that takes longest decides.
    """
    longest = timedelta(seconds=rest.requests * (limits.interval + MEAN_JITTER))
    for one in spent:
        if one.limit == "day":
            wanted = rest.rows if rest.counted else 0
        else:
            wanted = rest.requests if one.limit in ("window", "hour", rest.surface) else 0
        over = max(0, wanted - one.left)
        longest = max(longest, SPANS.get(one.limit, HOUR) * (over / one.allowed))
    return longest
