"""A process beside the one that lands: it learns from follower lists while that one writes down what it has learned."""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
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


class Learner(Protocol):
    """Learns the whole histories of some targets after the other."""

    def ask(self, due: Due) -> None:
        """Let it learn from these."""

    def answer(self, landed: Landed) -> Iterator[Learned]:
        """Yield what those teach that were asked for first and not answered yet; `landed` says what could not be read."""


@contextmanager
def learner(lake: Path, folder: Path, lists: int, *, compared: bool) -> Iterator[Learner]:
    """Yield who learns from so many lists: this process, or one beside it where that is worthwhile and possible.

    What is learned waits in `folder`: it is too much to be held by both.
    """
    if lists < WORTHWHILE or (os.cpu_count() or 1) < 2:  # noqa: PLR2004  who lands and who learns
        yield Here(lake, compared=compared)
        return
    # Not forked: a copy of a process in which Polars and DuckDB have threads may wait for them for ever.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=learn, args=(theirs, lake, folder, compared), daemon=True)
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

    def answer(self, landed: Landed) -> Iterator[Learned]:
        """Yield what those teach that were asked for first and not answered yet; `landed` says what could not be read."""
        due = self.asked.pop(0)
        captures = [capture for of_target in due.values() for capture in of_target]
        return learning_anew(Lake(self.lake, Histories(captures), self.compared), due, landed)


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

    def answer(self, landed: Landed) -> Iterator[Learned]:
        """Yield what those teach that were asked for first and not answered yet; `landed` says what could not be read."""
        if not self.gone:
            try:
                files, unreadable = self.line.recv()
            except (EOFError, OSError):
                # Whatever stopped it, this process finds out too, and says so.
                self.gone = True
        if self.gone:
            yield from self.here.answer(landed)
            return
        self.here.asked.pop(0)
        landed.unreadable += unreadable
        for file in files:
            # Of our own process, in a folder that is nobody else's.
            part: Learned = pickle.loads(file.read_bytes())  # noqa: S301
            file.unlink()
            yield part


def learn(line: Connection, lake: Path, folder: Path, compared: bool) -> None:  # noqa: FBT001  an argument of a process
    """Answer what is asked on the line, until nobody is there any more."""
    # Whoever interrupts the other one ends this by that.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    here, asked, files = Here(lake, compared=compared), Queue[Due | None](), count()
    # What is asked is taken at once: who asks waits for that, and would not take an answer in the meantime.
    Thread(target=take, args=(line, asked), daemon=True).start()
    while (due := asked.get()) is not None:
        here.ask(due)
        landed, kept = Landed(), list[Path]()
        for part in here.answer(landed):
            kept.append(folder / f"learned-{next(files)}")
            kept[-1].write_bytes(pickle.dumps(part))
        try:
            line.send((kept, landed.unreadable))
        except OSError:
            return


def take(line: Connection, asked: "Queue[Due | None]") -> None:
    """Put what is asked on the line where it waits for its turn; None once nobody is there any more."""
    try:
        while True:
            asked.put(line.recv())
    except (EOFError, OSError):
        asked.put(None)
