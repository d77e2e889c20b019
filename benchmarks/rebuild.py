"""The warehouse rebuilt from lake and registry: equal to the one that grew, in how many seconds and MB.

`python -m benchmarks.rebuild`, or with the sizes of histories: TARGETS FOLLOWERS DAYS ...
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import children_used
from benchmarks.memory import kilobytes_of_all
from benchmarks.report import Report, tell
from intel_pipeline.warehouse.equality import equal
from intel_pipeline_tests.warehouse.course import course
from intel_pipeline_tests.warehouse.folder import landed
from intel_pipeline_tests.warehouse.landing_nursery import opened

# Of the history whose equality is shown, and of the lists whose speed is measured: targets, followers of each, days.
SIXTY_DAYS = (4, 400, 60)
LONG_LISTS = (10, 20_000, 12)
MOST_MB = 512
SEED = 5
# Seconds between two looks at what it holds: each takes a millisecond of a core that it could use.
LOOK = 0.2


def run(*sizes: tuple[int, int, int]) -> Report:
    """Let warehouses grow day by day, rebuild them, and compare."""
    rows: list[tuple[object, ...]] = []
    broken: list[str] = []
    for targets, followers, days in sizes or (SIXTY_DAYS, LONG_LISTS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            grown = grow(folder, targets, followers, days)
            made = rebuilt(folder / "data", folder / "anew.duckdb")
            compared = equal(folder / "data" / "warehouse" / "warehouse.duckdb", folder / "anew.duckdb")
        size = f"{targets} x {followers:,} x {days} days"
        broken += [f"{size}: {one}" for one in compared.differences]
        broken += [f"{size}: {made['mb']:.0f} MB, {MOST_MB} allowed"] if made["mb"] > MOST_MB else []
        rows += [
            (size, "rows that are equal", compared.rows),
            (size, "rows that differ", sum(one.expected + one.found for one in compared.differences)),
            (size, "grown: CPU seconds a day", round(grown / days, 3)),
            (size, "rebuilt: seconds", round(made["wall"], 1)),
            (size, "rebuilt: CPU seconds", round(made["cpu"], 1)),
            (size, "rebuilt: most memory, MB", round(made["mb"])),
        ]
    return Report("The warehouse rebuilt from lake and registry", ("history", "what", "measured"), rows, broken)


def rebuilt(data: Path, into: Path) -> dict[str, float]:
    """Rebuild by the command; return its `wall` and `cpu` seconds and the most `mb` that it held, looked at every LOOK seconds."""
    command = [sys.executable, "-m", "intel_pipeline", "warehouse", "rebuild", "--into", str(into)]
    began, used, most = time.perf_counter(), children_used(), 0
    environment = {**os.environ, "INTEL_DATA_DIR": str(data)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603  ours
        while process.poll() is None:
            most = max(most, kilobytes_of_all(process.pid))
            time.sleep(LOOK)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return {"wall": time.perf_counter() - began, "cpu": children_used() - used, "mb": most / 1024}


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


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    tell([run(*zip(given[::3], given[1::3], given[2::3], strict=True))])
