"""A process beside the one that lands: it learns from follower lists while that one writes down what it has learned."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Protocol

from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.histories import Learned, learning_anew
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed

# With fewer lists a second process costs more than it saves.
WORTHWHILE = 1_500
# The follower captures of some targets that left a snapshot, of each oldest first.
Due = Mapping[str, Sequence[Capture]]
# What they teach, and in words which snapshots could not be read.
Answer = tuple[list[Learned], list[str]]


class Learner(Protocol):
    """Learns the whole histories of some targets after the other."""

    def ask(self, due: Due) -> None:
        """Let it learn from these."""

    def answer(self) -> Answer:
        """Return what those teach that were asked for first and not answered yet."""


@contextmanager
def learner(lake: Path, lists: int, *, compared: bool) -> Iterator[Learner]:
    """Yield who learns from so many lists: this process, or one beside it where that is worthwhile and possible."""
    if lists < WORTHWHILE or (os.cpu_count() or 1) < 2:  # noqa: PLR2004  who lands and who learns
        yield Here(lake, compared=compared)
        return
    # Not forked: a copy of a process in which Polars and DuckDB have threads may wait for them for ever.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=learn, args=(theirs, lake, compared), daemon=True)
    process.start()
    # So that either sees an end when the other one is gone, however it ended.
    theirs.close()
    try:
        yield Beside(ours, Here(lake, compared=compared))
    finally:
        ours.close()
        process.terminate()
        process.join()


class Here:
    """Learns in this process, when it is asked for the answer."""

    def __init__(self, lake: Path, *, compared: bool) -> None:
        """Have nothing asked yet; `compared` as in Lake."""
        self.lake, self.compared = lake, compared
        self.asked: list[Due] = []

    def ask(self, due: Due) -> None:
        """Let it learn from these."""
        self.asked.append(due)

    def answer(self) -> Answer:
        """Return what those teach that were asked for first and not answered yet."""
        due = self.asked.pop(0)
        captures = [capture for of_target in due.values() for capture in of_target]
        landed = Landed()
        learned = learning_anew(Lake(self.lake, Histories(captures), self.compared), due, landed)
        return list(learned), landed.unreadable


class Beside:
    """Has another process learn; where that one is gone, this one does."""

    def __init__(self, line: Connection, here: Here) -> None:
        """Ask at the other end of a `line`."""
        self.line, self.here = line, here
        self.gone = False

    def ask(self, due: Due) -> None:
        """Let it learn from these."""
        self.here.ask(due)
        if not self.gone:
            try:
                self.line.send(due)
            except OSError:
                self.gone = True

    def answer(self) -> Answer:
        """Return what those teach that were asked for first and not answered yet."""
        if not self.gone:
            try:
                found: Answer = self.line.recv()
            except (EOFError, OSError):
                # Whatever stopped it, this process finds out too, and says so.
                self.gone = True
            else:
                self.here.asked.pop(0)
                return found
        return self.here.answer()


def learn(line: Connection, lake: Path, compared: bool) -> None:  # noqa: FBT001  an argument of a process
    """Answer what is asked on the line, until nobody is there any more."""
    # Whoever interrupts the other one ends this by that.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    here, asked = Here(lake, compared=compared), Queue[Due | None]()
    # What is asked is taken at once: who asks waits for that, and would not take an answer in the meantime.
    Thread(target=take, args=(line, asked), daemon=True).start()
    while (due := asked.get()) is not None:
        here.ask(due)
        try:
            line.send(here.answer())
        except OSError:
            return


def take(line: Connection, asked: "Queue[Due | None]") -> None:
    """Put what is asked on the line where it waits for its turn; None once nobody is there any more."""
    try:
        while True:
            asked.put(line.recv())
    except (EOFError, OSError):
        asked.put(None)
