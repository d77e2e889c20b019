"""The warehouse rebuilt from lake and registry: equal to the one that grew, in how many seconds and MB.

`python -m benchmarks.rebuild`, or with the sizes of histories: TARGETS FOLLOWERS DAYS ...
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.memory import kilobytes
from benchmarks.report import Report, tell
from intel_pipeline.warehouse.equality import equal
from intel_pipeline.warehouse.rebuilding import rebuild
from intel_pipeline_tests.warehouse.course import course
from intel_pipeline_tests.warehouse.folder import landed
from intel_pipeline_tests.warehouse.landing_nursery import opened

# Of the history whose equality is shown, and of the lists whose speed is measured: targets, followers of each, days.
SIXTY_DAYS = (4, 400, 60)
LONG_LISTS = (10, 20_000, 12)
# What is promised: a year of so many targets.
YEAR, TARGETS, FOLLOWERS = 365, 200, 20_000
MOST_MB = 512
SEED = 5


def run(*sizes: tuple[int, int, int]) -> Report:
    """Let warehouses grow day by day, rebuild them, and compare; extrapolate to a year by targets and days alone."""
    rows: list[tuple[object, ...]] = []
    broken: list[str] = []
    for targets, followers, days in sizes or (SIXTY_DAYS, LONG_LISTS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            grown = told(grow, folder, targets, followers, days)
            made = told(make_anew, folder)
            compared = equal(folder / "data" / "warehouse" / "warehouse.duckdb", folder / "anew.duckdb")
        size = f"{targets} x {followers:,} x {days} days"
        lists = targets * days
        broken += [f"{size}: {one}" for one in compared.differences]
        broken += [f"{size}: {made['mb']:.0f} MB, {MOST_MB} allowed"] if made["mb"] > MOST_MB else []
        rows += [
            (size, "rows that are equal", compared.rows),
            (size, "rows that differ", sum(one.expected + one.found for one in compared.differences)),
            (size, "grown: CPU seconds a day", round(grown["cpu"] / days, 3)),
            (size, "rebuilt: seconds", round(made["wall"], 1)),
            (size, "rebuilt: CPU seconds", round(made["cpu"], 1)),
            (size, "rebuilt: CPU ms for a target and day", round(1000 * made["cpu"] / lists, 1)),
            (size, "rebuilt: most memory, MB", round(made["mb"])),
        ]
        if followers == FOLLOWERS:
            whole = made["cpu"] / lists * TARGETS * YEAR
            rows.append((size, f"a year of {TARGETS} x {FOLLOWERS:,}, extrapolated: CPU seconds", round(whole)))
    return Report("The warehouse rebuilt from lake and registry", ("history", "what", "measured"), rows, broken)


def told(work: Callable[..., float | None], *values: Any) -> dict[str, float]:  # noqa: ANN401  whatever the work takes
    """Do some work in a process of its own; return its `wall` and `cpu` seconds and the most `mb` that it held."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=measured, args=(theirs, work, values))
    process.start()
    theirs.close()
    found: dict[str, float] = ours.recv()
    process.join()
    return found


def measured(line: Connection, work: Callable[..., float | None], values: tuple[Any, ...]) -> None:
    """Send what some work took; what it returns, if anything, are the seconds that count."""
    began, used = time.perf_counter(), time.process_time()
    cpu = work(*values)
    figures = {
        "wall": time.perf_counter() - began,
        "cpu": cpu if cpu is not None else time.process_time() - used,
        # Not `ru_maxrss`, which begins with what the process held that started this one.
        "mb": kilobytes("VmHWM") / 1024,
    }
    line.send(figures)


def grow(folder: Path, targets: int, followers: int, days: int) -> float:
    """Let a warehouse grow day by day; return the CPU seconds of landing alone."""
    pipeline = opened(folder / "data")
    spent = 0.0
    for of_day in course(pipeline.registry, pipeline.settings.lake_dir, targets, followers, SEED).days(days):
        began = time.process_time()
        landed(pipeline, pipeline.settings.warehouse_file, of_day)
        spent += time.process_time() - began
    # Lists that were accepted after they had been landed are derived by the next landing.
    everything = [capture for part in pipeline.registry.captures.histories() for capture in part]
    landed(pipeline, pipeline.settings.warehouse_file, everything)
    pipeline.registry.close()
    return spent


def make_anew(folder: Path) -> None:
    """Rebuild beside the warehouse that grew."""
    pipeline = opened(folder / "data")
    rebuild(pipeline, folder / "anew.duckdb", lambda *_: None)
    pipeline.registry.close()


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    tell([run(*zip(given[::3], given[1::3], given[2::3], strict=True))])
