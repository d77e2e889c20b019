"""Clocks of simulated worlds: one that stands until it is moved, one that runs faster than the machine's."""

import threading
import time
from datetime import datetime, timedelta


class VirtualClock:
    """A clock that stands still until somebody sleeps on it or moves it; it never goes back."""

    def __init__(self, now: datetime) -> None:
        """Start at `now`, an aware moment; raises ValueError for a naive one."""
        if now.tzinfo is None:
            msg = f"a virtual clock needs an aware moment, not {now!r}"
            raise ValueError(msg)
        self._now = now
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the present virtual moment."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self.advance(timedelta(seconds=seconds))

    def advance(self, duration: timedelta) -> None:
        """Move on by `duration`; raises ValueError for a negative one."""
        with self._lock:
            if duration < timedelta(0):
                msg = f"a virtual clock cannot go back by {-duration}"
                raise ValueError(msg)
            self._now += duration

    def set(self, now: datetime) -> None:
        """Move on to `now`; raises ValueError if that has passed already."""
        with self._lock:
            if now < self._now:
                msg = f"a virtual clock cannot go back from {self._now} to {now}"
                raise ValueError(msg)
            self._now = now


class RunningClock:
    """A clock that starts at a chosen moment and runs `speed` times as fast as the machine's."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        """Start at `start` (aware) now; raises ValueError for a naive moment or a speed that is not positive."""
        if start.tzinfo is None or speed <= 0:
            msg = f"a running clock needs an aware start and a positive speed, not {start!r} at {speed}"
            raise ValueError(msg)
        self._start = start
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the present moment of this clock."""
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._speed)

    def sleep(self, seconds: float) -> None:
        """Block until `seconds` have passed on this clock."""
        time.sleep(seconds / self._speed)
