"""Clocks of simulated worlds: one that stands until it is moved, one that runs faster than the machine's."""

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STORED = struct.Struct("<q")


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


class SharedClock:
    """A virtual clock of several processes: its moment stands in a file, so that none of them is ever behind another.

    Whoever sleeps moves it for all. A process that is killed leaves it as it was: eight bytes are written at once.
    """

    def __init__(self, file: Path, now: datetime) -> None:
        """Go on with the clock in `file`, or start it there at `now`, aware."""
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._move(lambda _: _microseconds(now), only_where_new=True)

    def now(self) -> datetime:
        """Return the present virtual moment."""
        (microseconds,) = STORED.unpack(os.pread(self._file, STORED.size, 0))
        return EPOCH + timedelta(microseconds=microseconds)

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once, for everybody."""
        self._move(lambda before: before + round(max(0.0, seconds) * 1_000_000))

    def set(self, now: datetime) -> None:
        """Move on to `now`, unless it is later than that already."""
        self._move(lambda before: max(before, _microseconds(now)))

    def __del__(self) -> None:
        """Let go of the file: a server opens the world anew at every look."""
        os.close(self._file)

    def _move(self, later: Callable[[int], int], *, only_where_new: bool = False) -> None:
        with self._lock:
            # Each opening of the file has a lock of its own, so this holds off other processes and other clocks in this one.
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                stored = os.pread(self._file, STORED.size, 0)
                if not stored or not only_where_new:
                    before = STORED.unpack(stored)[0] if stored else 0
                    os.pwrite(self._file, STORED.pack(later(before)), 0)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


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
