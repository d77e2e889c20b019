"""Answers that go wrong at certain times of the world: every process that opens it meets the same ones."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import requests

from intel_pipeline.clock import Clock
from intel_pipeline.simulator import chance
from intel_pipeline.simulator.wire.exchange import Call, Reply

# Pages of a list, and of posts.
READS = ("/friendships/", "29104886249145907")


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of the world, from `days` and `hours` after its start on, for so many hours."""

    days: int
    hours: float
    lasts: float

    def holds(self, since_start: timedelta) -> bool:
        """Tell whether it is that time."""
        began = timedelta(days=self.days, hours=self.hours)
        return began <= since_start < began + timedelta(hours=self.lasts)


@dataclass(frozen=True, slots=True)
class Timed:
    """Answer those calls whose line contains a text while a spell lasts: all, or each with a chance.

    The chance follows from seed, moment and call, so that another process, or the same call later, has luck of its own.
    `reply` may raise in place of answering, as `cut` does.
    """

    clock: Clock
    start: datetime
    seed: int
    spell: Spell
    match: str
    reply: Callable[[Call], Reply]
    share: float = 1.0

    def intercept(self, call: Call) -> Reply | None:
        """Return the answer in place of Instagram's, or None."""
        now = self.clock.now()
        if self.match not in call.line or not self.spell.holds(now - self.start):
            return None
        if self.share < 1 and not chance.drawn(
            int(now.timestamp() * 1000), chance.salt(self.seed, call.line), self.share
        ):
            return None
        return self.reply(call)


@dataclass(frozen=True, slots=True)
class Record:
    """A fault that never answers: it takes down, in a file of all processes, the reads of lists and posts that come to it.

    As the last of the faults it is asked only about what none of them has answered. A line: the day, and the call.
    """

    clock: Clock
    file: Path

    def intercept(self, call: Call) -> Reply | None:
        """Add the call to the file."""
        if any(word in call.line for word in READS):
            line = f"{self.clock.now():%Y-%m-%d} {call.line}\n".encode()
            # In one write to the end of the file, which no other process can come between.
            file = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        return None


def cut(_call: Call) -> Reply:
    """Break the connection in the middle of the answer."""
    message = "the simulated connection was cut"
    raise requests.exceptions.ConnectionError(message)
