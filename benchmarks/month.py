"""A simulated month of a hundred targets through Dagster's daemon, faults on, its processes killed: `make month`.

Or smaller: `python -m benchmarks.month TARGETS DAYS KILLS FOLLOWERS SEED`.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from benchmarks import month_truth
from benchmarks.daemon import Daemon, Part
from benchmarks.driven import LONGEST_DAY, Driven, elapsed, prepared
from benchmarks.report import Report, tell
from intel_pipeline.clock import today
from intel_pipeline.demo.world_file import Watched
from intel_pipeline.warehouse.derive import publish_now

SIZE = (100, 30, 20, 120, 7)
# Of ten kills: most of runs; two of the daemon, one of the code server, one of everything, as when a machine goes down.
VICTIMS: tuple[tuple[Part, ...], ...] = (
    *(("run",),) * 6,
    *(("daemon",),) * 2,
    ("server",),
    ("daemon", "server", "run"),
)
# Seconds after a run was first seen at work, for each target that a tick takes on; and whatever it takes on.
PER_TARGET, BEGINNING = 0.16, 2.0
PER_TICK = 50
VARIABLES = {"INTEL_PLANNER_SECONDS": "5", "INTEL_TARGETS_PER_TICK": str(PER_TICK)}


@dataclass(frozen=True, slots=True)
class Kill:
    """On which day, counted from the first, who is killed, and how many seconds after a run is at work."""

    day: int
    parts: tuple[Part, ...]
    seconds: float


def kills_of(number: int, days: int, latest: float, seed: int) -> list[Kill]:
    """Return so many kills, by day, each at most `latest` seconds after a run is at work."""
    chance = random.Random(seed)
    victims = [VICTIMS[one % len(VICTIMS)] for one in range(number)]
    chance.shuffle(victims)
    moments = sorted((chance.randrange(days), chance.uniform(0, latest)) for _ in range(number))
    return [Kill(day, parts, seconds) for (day, seconds), parts in zip(moments, victims, strict=True)]


@dataclass(slots=True)
class Killer:
    """Who kills at its time. `sooner`: how much earlier than drawn, where the run was through before its moment."""

    kills: deque[Kill]
    killed: Counter[str] = field(default_factory=Counter)
    at_work_since: float | None = None
    sooner: float = 1.0

    def look(self, daemon: Daemon, day: int) -> None:
        """Kill whom it is the turn of on that day, if it is time."""
        if self.at_work_since is None and daemon.parts().get("run"):
            self.at_work_since = time.monotonic()
        turn = self.kills[0] if self.kills and self.kills[0].day <= day else None
        if not turn or not self.at_work_since or elapsed(self.at_work_since) < turn.seconds * self.sooner:
            return
        self.at_work_since = None
        if "run" in turn.parts and not daemon.parts().get("run"):
            self.sooner /= 2
            return
        for part in turn.parts:
            daemon.kill(part)
        self.killed["everything" if len(turn.parts) > 1 else turn.parts[0]] += 1
        self.kills.popleft()
        self.sooner = 1.0


def live(driven: Driven, day: date, number: int, killer: Killer) -> bool:
    """Let a day pass, until nothing is due in its round and no run is at work; return whether it came to that."""
    driven.open_round(day)
    began = quiet_since = time.monotonic()
    while elapsed(began) < LONGEST_DAY:
        time.sleep(0.2)
        if not driven.daemon.alive:
            driven.daemon.start()
        killer.look(driven.daemon, number)
        if driven.in_flight():
            quiet_since = time.monotonic()
        elif not driven.pipeline.due(day):
            return True
        elif driven.let_pass(elapsed(quiet_since)):
            quiet_since = time.monotonic()
    return False


def run(
    targets: int = SIZE[0], days: int = SIZE[1], kills: int = SIZE[2], followers: int = SIZE[3], seed: int = SIZE[4]
) -> Report:
    """Let a month pass and hold what is there then against the world; what does not hold leaves its folder to be seen."""
    folder = Path(tempfile.mkdtemp(prefix="month-"))
    driven = prepared(folder, Watched(targets, followers, faulty=True), days, seed, VARIABLES)
    latest = BEGINNING + PER_TARGET * min(targets, PER_TICK)
    killer = Killer(deque(kills_of(kills, days, latest, seed)))
    first, lasted, broken = today(driven.clock), [], []
    try:
        with driven.daemon:
            for number in range(days):
                began = time.monotonic()
                if not live(driven, day := first + timedelta(days=number), number, killer):
                    broken.append(f"{day} is not over after {LONGEST_DAY:.0f} s: {driven.pipeline.due(day)} are due")
                lasted.append(elapsed(began))
                sys.stderr.write(f"\rday {number + 1} of {days}, {killer.killed.total()} times killed ")
            sys.stderr.write("\n")
            broken += unsettled(driven)
        killed = killer.killed.total()
        # What the publisher published last may be some minutes old.
        publish_now(driven.pipeline)
        broken += [f"{kills - killed} kills found nobody to kill"] if killed < kills else []
        found = month_truth.held_against_the_world(driven, first, days, killed)
    finally:
        driven.close()
    broken += found.broken
    if broken:
        broken.append(f"what is left lies in {folder}")
    else:
        shutil.rmtree(folder)
    rows: list[tuple[object, ...]] = [
        ("minutes", round(sum(lasted) / 60, 1)),
        ("seconds of a day, the median", round(median(lasted), 1)),
        ("seconds of a day, the longest", round(max(lasted), 1)),
        ("times that the operator closed the breaker", driven.acted),
        *((f"killed: {part}", number) for part, number in sorted(killer.killed.items())),
        *found.rows,
    ]
    return Report(f"{days} days of {targets} targets, killed {killed} times", ("what", "number"), rows, broken)


def unsettled(driven: Driven) -> list[str]:
    """Wait for what Dagster's own monitoring still has to bring to its end; return what it does not."""
    began = time.monotonic()
    while left := [*month_truth.unended(driven.instance), *month_truth.held_places(driven.instance)]:
        if elapsed(began) > LONGEST_DAY / 3:
            return left
        time.sleep(1)
    return []


if __name__ == "__main__":
    tell([run(*(int(word) for word in sys.argv[1:]))])
