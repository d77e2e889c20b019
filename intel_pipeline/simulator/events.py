"""What happens in a world: the truth that the pipeline is measured against."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

Kind = Literal["followed", "left", "renamed", "hidden", "target_renamed", "target_vanished"]
Cause = Literal["unfollowed", "removed", "deactivated"]

OPENS, CLOSES = time(9, tzinfo=UTC), time(23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at `at` to a target or to one of its followers.

    `user_id` is the follower, or the target itself for what happens to the target. `username_before` is absent for
    `followed`, `username_after` for `left` and `target_vanished`. `hidden`: who follows is not listed from now on, and
    still counted. `cause` is there for `left`; whoever comes back from `deactivated` has `followed`.
    """

    at: datetime
    target_id: int
    kind: Kind
    user_id: int
    username_before: str | None
    username_after: str | None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day in which things happen. Those of the first day begin with the world, so may be none."""

    day: int
    opens: datetime
    closes: datetime

    @property
    def share(self) -> float:
        """What is left of a full day's hours: 1 but for the first day."""
        return max(0.0, (self.closes - self.opens) / timedelta(hours=14))

    def moment(self, chance: float) -> datetime:
        """Return the moment at `chance`, from 0 to 1, of the hours, in whole milliseconds."""
        milliseconds = int((self.closes - self.opens) / timedelta(milliseconds=1) * chance)
        return self.opens + timedelta(milliseconds=milliseconds)

    def later(self, days: int) -> "Hours":
        """Return the hours of so many days, at least 1, later."""
        return Hours(
            self.day + days,
            datetime.combine(self.closes.date() + timedelta(days), OPENS),
            self.closes + timedelta(days),
        )


def hours_of(start: datetime, day: int) -> Hours:
    """Return the hours of `day`, counted from the day that a world started in at `start`."""
    date = start.astimezone(UTC).date() + timedelta(days=day)
    return Hours(day, max(start, datetime.combine(date, OPENS)), datetime.combine(date, CLOSES))
