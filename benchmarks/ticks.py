"""What orchestration costs: a thousand targets through the daemon, the planner after a year, and loading: `make ticks`.

Or smaller: `python -m benchmarks.ticks TARGETS FOLLOWERS DAYS`, the last for the planner's year.
"""

import gc
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks import limits, planner_year
from benchmarks.capture import counted
from benchmarks.driven import Driven, elapsed, prepared
from benchmarks.report import Report, over, tell
from intel_pipeline.clock import today
from intel_pipeline.demo.world_file import SESSION, Watched
from intel_pipeline.instagram.readings import interpret
from intel_pipeline.instagram.source import Source, Subject

SIZE = (1000, 2000, 365)
PER_TICK = 250
# A day's captures are counted, each once, though at the budget's pace so many targets take days of the world's time.
VARIABLES = {"INTEL_TARGETS_PER_TICK": str(PER_TICK), "INTEL_YOUNG_POSTS_CADENCE": "daily"}
# Of so many targets the bare loop reads the pages.
LOOPED = 100
# As Dagster's code server does.
LOADING = "from intel_pipeline.definitions import defs; defs.get_repository_def().load_all_definitions()"
# Days of the world that the round may take: as many as the budget's pace needs.
DAYS = 20
# Seconds that a publication takes at most, once it is its turn.
PUBLISHING = 180
COLUMNS = ("what", "number", "limit")


def loading() -> Report:
    """Return the CPU of loading the code location, bytecode compiled, the least of five."""
    taken = []
    for _ in range(5):
        before = spent()
        subprocess.run([sys.executable, "-c", LOADING], check=True)  # noqa: S603  our own interpreter
        taken.append(spent() - before)
    what = "CPU seconds of loading the code location"
    rows: list[tuple[object, ...]] = [(what, round(min(taken), 2), limits.LOADING_SECONDS)]
    return Report("Loading", COLUMNS, rows, over(what, min(taken), limits.LOADING_SECONDS))


def spent() -> float:
    """Return the CPU seconds of the processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def planner(targets: int = SIZE[0], days: int = SIZE[2]) -> Report:
    """Return the CPU of the planner's look after a year of captures."""
    with tempfile.TemporaryDirectory() as folder:
        pipeline = planner_year.lived(Path(folder), targets, days)
        taken = planner_year.looks(pipeline)
        pipeline.registry.close()
    rows: list[tuple[object, ...]] = [
        (f"CPU seconds where {what}", round(seconds, 3), limits.PLANNER_SECONDS) for what, seconds in taken.items()
    ]
    broken = [
        line for what, seconds in taken.items() for line in over(f"planner, {what}", seconds, limits.PLANNER_SECONDS)
    ]
    return Report(f"The planner after {days} days of {targets:,} targets", COLUMNS, rows, broken)


def ticks(targets: int = SIZE[0], followers: int = SIZE[1]) -> Report:
    """Return what a day of so many targets takes through the daemon, beside reading the same pages in a bare loop."""
    with tempfile.TemporaryDirectory() as folder:
        driven = prepared(Path(folder), Watched(targets, followers, faulty=False), DAYS, 7, VARIABLES, served=True)
        try:
            with driven.daemon as daemon:
                began_with, idle = at_rest(driven)
                before, storage, began = daemon.seconds(), size(driven), time.monotonic()
                live(driven)
                while daemon.parts().get("run"):
                    time.sleep(1)
                # The code server takes a while to notice that a run's process has ended; until then nobody has its CPU.
                time.sleep(10)
                worked = elapsed(began)
                await_publication(driven)
                # How long it waits for its turn is no target's: what rests meanwhile is left out, its own run is not.
                ours = daemon.seconds() - before - idle * (elapsed(began) - worked)
                minutes, grown, resting = worked / 60, size(driven) - storage, idle * worked
            captures = sum(driven.pipeline.registry.captures.finished_targets().values())
            runs = len(driven.instance.get_runs())
            left = pruned_size(driven) - storage
            bare = bare_loop(driven, min(LOOPED, targets))
        finally:
            driven.close()
    each, alone = 1000 * ours / targets, 1000 * bare
    above, bytes_each, bytes_left = each - alone, grown / targets, left / targets
    rows: list[tuple[object, ...]] = [
        ("minutes", round(minutes, 1), None),
        ("captures", captures, 3 * targets),
        ("runs", runs, None),
        ("CPU seconds of daemon and code server until they rest", round(began_with, 1), None),
        ("CPU ms of a target's day through the daemon", round(each), None),
        # The longer the slower the machine is at the rest; it is no target's, and counted all the same.
        ("of it what daemon and code server take at rest in that time", round(1000 * resting / targets), None),
        ("CPU ms of reading the same pages in a bare loop", round(alone), None),
        ("CPU ms above it", round(above), limits.TARGET_DAY_MS),
        ("bytes of Dagster's storage for a target's day, unpruned", round(bytes_each), None),
        ("the same once all its runs are pruned", round(bytes_left), limits.STORAGE_BYTES),
    ]
    broken = over("CPU ms of a target's day above the loop", above, limits.TARGET_DAY_MS)
    broken += over("bytes of Dagster's storage for a target's day, pruned", bytes_left, limits.STORAGE_BYTES)
    broken += [] if captures == 3 * targets else [f"{captures} captures of {3 * targets}"]
    return Report(f"{targets:,} targets of {followers:,} followers through the daemon", COLUMNS, rows, broken)


def at_rest(driven: Driven) -> tuple[float, float]:
    """Wait until daemon and code server have begun, with nothing to do; return the CPU that took, and that of a second."""
    while not driven.daemon.parts().get("server"):
        time.sleep(0.5)
    time.sleep(20)
    began_with, began = driven.daemon.seconds(), time.monotonic()
    # Both sensors look once in half a minute.
    time.sleep(60)
    return began_with, (driven.daemon.seconds() - began_with) / elapsed(began)


def live(driven: Driven) -> None:
    """Let one day's round be captured."""
    day = today(driven.clock)
    driven.open_round(day)
    quiet_since = time.monotonic()
    while driven.in_flight() or driven.pipeline.due(day):
        time.sleep(2)
        if driven.in_flight():
            quiet_since = time.monotonic()
        elif driven.pipeline.due(day):
            driven.let_pass(elapsed(quiet_since))


def await_publication(driven: Driven) -> None:
    """Wait until all that has landed is published and nothing is at work; TimeoutError where that does not come."""
    settings, began = driven.pipeline.settings, time.monotonic()
    landed = settings.warehouse_file.stat().st_mtime
    while not (settings.publication.exists() and settings.publication.resolve().stat().st_mtime >= landed):
        if elapsed(began) > 60 * settings.publish_minutes + PUBLISHING:
            message = "the day's publication did not come: see the daemon's log"
            raise TimeoutError(message)
        time.sleep(2)
    while driven.in_flight() or driven.daemon.parts().get("run"):
        time.sleep(1)
    time.sleep(10)


def size(driven: Driven) -> int:
    """Return how many bytes Dagster's storage takes."""
    return sum(path.stat().st_size for path in driven.pipeline.settings.dagster_dir.rglob("*") if path.is_file())


def pruned_size(driven: Driven) -> int:
    """Return the same as `size`, once all that has ended is old enough to be pruned, and free pages are given back.

    Whatever SQLite has free it fills first, so that is no growth of a storage that goes on.
    """
    from intel_pipeline.defs.pruning import prune

    prune(driven.instance, 0)
    for file in driven.pipeline.settings.dagster_dir.rglob("*.db"):
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    return size(driven)


def bare_loop(driven: Driven, targets: int) -> float:
    """Return the CPU seconds of reading one target's pages and keeping nothing but the ledger, the mean of so many."""
    labels = driven.pipeline.registry.targets.all()[:targets]
    # As in a process of its own: a loop that had imported no Dagster would not look through its objects for garbage.
    gc.freeze()
    with driven.pipeline.session(SESSION).source() as source:
        began = time.process_time()
        for target in labels:
            read(source, Subject(target.label, target.username, target.user_id))
        return (time.process_time() - began) / len(labels)


def read(source: Source, subject: Subject) -> int:
    """Read what a day's captures of a target read."""
    known = interpret.profile(source.profile(subject))
    # A target that is new is looked up by its name first.
    named = interpret.profile(source.profile(replace(subject, username=known.username, user_id=None)))
    counts = [known.follower_count, named.follower_count, interpret.profile(source.profile(subject)).follower_count]
    rows = counted(lambda cursor: interpret.follow_list(source.followers(subject, cursor)))
    counts += [interpret.profile(source.profile(subject)).follower_count for _ in range(2)]
    page = interpret.posts(source.posts(subject, None))
    while page.next_cursor:
        page = interpret.posts(source.posts(subject, page.next_cursor))
    return rows


def reports(targets: int = SIZE[0], followers: int = SIZE[1], days: int = SIZE[2]) -> Iterator[Report]:
    """Yield one after the other."""
    yield loading()
    yield planner(targets, days)
    yield ticks(targets, followers)


if __name__ == "__main__":
    tell(reports(*(int(word) for word in sys.argv[1:])))
