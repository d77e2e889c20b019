"""A round that is killed over and over: lives that are ended at moments drawn by chance, and what each asks and leaves."""

import os
import random
import select
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

from intel_pipeline.simulator.front import Front
from intel_pipeline.simulator.world import World
from intel_pipeline_tests.capture.nursery import settings_of
from intel_pipeline_tests.capture.witness import PAGE, Kept, Witness

PER_PAGE = 50
# The requests of a round that are no pages of the list, by what the simulator calls them, and their journal's keys.
READS = {"profile_page": ("profile",), "profile_by_id": ("profile by id", "count before", "count after")}
# What instaloader signs a profile read with; it is kept by nobody, and asked for only ahead of such a read.
TOKENS = "start_page"
# Of all kills: those in what comes after the last request; of the others: those before a life's first request.
LATE, EARLY = 0.2, 0.2
# Seconds in which a life reads its journal again, and in which a request is answered, written down and followed up.
START_UP, REQUEST, END = 0.3, 0.02, 0.4


@dataclass(frozen=True, slots=True)
class Moment:
    """When a life is killed: so many requests after its beginning, and so many seconds after the last of them."""

    requests: int
    seconds: float


@dataclass(slots=True)
class Record:
    """What a loop came to. `broken`: what must not have been, in words; `lives` count the last one, which is let live."""

    pages: int
    lives: int = 0
    killed: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


def moments(chance: random.Random, kills: int, requests: int, kept: Sequence[str]) -> Iterator[Moment]:
    """Yield moments spread over a round of so many requests, of which the answers of `kept` are on the disk, and then,
    without end, over what comes after its last request.
    """
    early = int(kills * (1 - LATE))
    for number in range(early):
        due = requests * (number + chance.random()) / early
        if chance.random() < EARLY:
            yield Moment(0, chance.uniform(0, START_UP))
        else:
            yield Moment(max(0, round(due) - len(kept)), chance.uniform(0, REQUEST))
    while True:
        yield Moment(requests - len(kept), chance.uniform(0, END))


@dataclass(frozen=True, slots=True)
class Loop:
    """A world, its witness, and the folder in which lives do one round."""

    folder: Path
    world: World
    witness: Witness
    front: Front
    nursery: "subprocess.Popen[str]"

    def run(self, kills: int, seed: int) -> Record:
        """Kill so many lives, then let one live; return what was asked of the simulator by then."""
        members = len(self.world.followers_of(self.world.target_id("tried")))
        record = Record(pages=-(-members // PER_PAGE))
        kept = Kept(settings_of(self.folder).journal_dir)
        requests = record.pages + sum(len(keys) for keys in READS.values())
        began = time.monotonic()
        drawn = moments(random.Random(seed), kills, requests, kept.keys)
        # One that gets through before its moment is no kill; a late one may.
        while record.killed < kills:
            self._life(record, kept, next(drawn))
        self._life(record, kept, None)
        record.seconds = time.monotonic() - began
        return record

    def _life(self, record: Record, kept: Kept, moment: Moment | None) -> None:
        before, since = [*kept.keys], len(self.witness.asked)
        ended = self._lived(moment)
        kept.look()
        asked = self.witness.asked[since:]
        record.lives += 1
        record.killed += ended == -signal.SIGKILL
        record.asked.update(kind.split()[0] for kind in asked)
        if ended not in (0, -signal.SIGKILL):
            record.broken.append(f"life {record.lives} ended by itself with {ended}")
        lost = sum(kind != TOKENS for kind in asked) - (len(kept.keys) - len(before))
        record.lost += lost
        wrong = [*repeated(before, asked), *unkept(lost, killed=ended != 0)]
        record.broken += [f"life {record.lives}: {line}" for line in wrong]

    def _lived(self, moment: Moment | None) -> int:
        """Let a life begin, and end at `moment`; return how it ended, once all of its requests have been seen."""
        while not self.witness.arrivals.empty():
            self.witness.arrivals.get()
        life = self._begun()
        if moment is not None:
            self._wait_for(moment.requests)
            time.sleep(moment.seconds)
            # It may be over already; its number is not given to another process so soon.
            with suppress(ProcessLookupError):
                os.kill(life, signal.SIGKILL)
        ended = self._told()
        while self.front.open_connections:
            time.sleep(0.001)
        return ended

    def _begun(self) -> int:
        assert self.nursery.stdin is not None
        self.nursery.stdin.write("\n")
        self.nursery.stdin.flush()
        return self._told()

    def _told(self) -> int:
        assert self.nursery.stdout is not None
        return int(self.nursery.stdout.readline())

    def _wait_for(self, requests: int) -> None:
        """Wait for so many requests of a life, or for its end."""
        while requests > 0:
            try:
                requests -= self.witness.arrivals.get(timeout=0.1) != TOKENS
            except Empty:
                if select.select([self.nursery.stdout], [], [], 0)[0]:
                    return


def repeated(kept: Sequence[str], asked: Sequence[str]) -> Iterator[str]:
    """Yield a line for each question of one life that was asked twice, or whose answer was `kept` before it began."""
    counts = Counter(asked)
    missing = {kind: len({*keys} - {*kept}) for kind, keys in READS.items()}
    for kind, times in counts.items():
        if kind == TOKENS:
            allowed = missing["profile_by_id"]
        elif kind.startswith(PAGE):
            allowed = 1 - (kind in kept)
        else:
            allowed = missing.get(kind, 0)
        if times > allowed:
            yield f"asked {times} times for {kind}, of which {allowed} were missing"


def unkept(lost: int, *, killed: bool) -> Iterator[str]:
    """Yield a line where more answers are missing on the disk than the one that a killed life was waiting for."""
    if not 0 <= lost <= killed:
        yield f"{lost} answers of a life that was {'killed' if killed else 'let live'} are not on the disk"
