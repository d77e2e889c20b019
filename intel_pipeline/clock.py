"""Time, passed in: nothing in the project reads the wall clock but through one of these."""

import time
from datetime import UTC, date, datetime
from typing import Protocol


class Clock(Protocol):
    """What the pipeline knows of time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block for `seconds`."""
        time.sleep(seconds)


def today(clock: Clock) -> date:
    """Return the UTC day that `clock` stands in: the key of the round that may be open now."""
    return clock.now().astimezone(UTC).date()
