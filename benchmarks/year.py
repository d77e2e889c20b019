"""A year of many targets: what a day costs at its end beside its start, a rebuild, a change, and who followed when.

`python -m benchmarks.year`, or with another size: TARGETS FOLLOWERS DAYS. Beside `MERGE INTO` and dbt snapshot.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import limits, slowly_changing
from benchmarks.measure import turns
from benchmarks.rebuild import told
from benchmarks.report import Report, over, tell
from benchmarks.year_world import lived
from intel_pipeline.differing import keep_difference
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.surfaces import SURFACES, land
from intel_pipeline.warehouse.rebuilding import Rebuilt, derive_into
from intel_pipeline.warehouse.writer import connected, writing
from intel_pipeline_tests.warehouse.landing_nursery import opened

# Targets, followers of each, days; and the number of targets that limits are about.
SIZE = (10, 20_000, 365)
TARGETS = 200
TURNS = 5
ALONE = "the followers of a day at its end"
DIFFERENCES = "what their lists differ by, found at the capture"
FOLLOWED = "select count(*), count(distinct username) from followers_on($1, $2)"


def run(targets: int = SIZE[0], followers: int = SIZE[1], days: int = SIZE[2]) -> Report:
    """Let a year pass, and measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pipeline = opened(folder / "data")
        for day, _ in enumerate(lived(pipeline, targets, followers, days), 1):
            sys.stderr.write(f"\rday {day} of {days}")
        sys.stderr.write("\n")
        everything = [capture for part in pipeline.registry.captures.histories() for capture in part]
        long, short = (until(everything, number) for number in (days, 2))
        rebuilt = told(derive, folder / "data", folder / "long.duckdb", ids(long[:-1]))
        told(derive, folder / "data", folder / "short.duckdb", ids(short[:-1]))
        ways = {
            f"day {number}": partial(add_a_day, pipeline, folder / f"{file}.duckdb", of_days)
            for number, file, of_days in ((2, "short", short), (days, "long", long))
        }
        # What others do for the followers of that day: no profiles and posts, and what is done at the capture too.
        ways[ALONE] = partial(add_a_day, pipeline, folder / "long.duckdb", long, ("followers",))
        ways[DIFFERENCES] = partial(find_differences, pipeline, long)
        taken = {name: min(times) for name, times in turns(ways, TURNS).items()}
        early, late, alone, finding = taken.values()
        lists = targets * (days - 1)
        scale = TARGETS / targets
        change, changes = bytes_a_change(folder)
        asked = milliseconds(folder / "long.duckdb", str(finished(long[days // 2][0]).date()))
        others = slowly_changing.run(folder, pipeline.settings.lake_dir, long)
        pipeline.registry.close()
    size = f"{targets} x {followers:,} x {days} days"
    rows: list[tuple[object, ...]] = [
        ("a day at its start: CPU s", early, None),
        ("a day at its end: CPU s", late, None),
        ("end / start", late / early, limits.LATE_DAY),
        (f"{ALONE}: CPU s", alone, None),
        (f"{DIFFERENCES}: CPU s", finding, None),
        *((f"{name}: CPU s", seconds, None) for name, seconds in others.items()),
        (
            "dbt snapshot / ours, followers alone, differences and all",
            others[slowly_changing.DBT] / (alone + finding),
            None,
        ),
        ("rebuilt: CPU ms a target and day", 1000 * rebuilt["cpu"] / lists, None),
        (f"rebuilt: s, of {TARGETS} targets", rebuilt["wall"] * scale, limits.REBUILT_SECONDS),
        ("rebuilt: most memory, MB", rebuilt["mb"], limits.REBUILT_MB),
        (f"the log: bytes a change, of {changes:,}", change, limits.CHANGE_BYTES),
        ("who followed on a day: ms", asked, limits.FOLLOWED_MS),
    ]
    broken = [line for what, found, limit in rows for line in over(str(what), float(str(found)), limit)]  # type: ignore[arg-type]
    if others[slowly_changing.DBT] < limits.DBT * (alone + finding):
        broken.append(f"the followers of a day at its end cost more than a {limits.DBT}th of dbt snapshot")
    return Report(f"A year: {size}", ("what", "measured", "limit"), rows, broken)


def until(captures: Sequence[Capture], days: int) -> list[list[Capture]]:
    """Return the captures of each of the first so many days."""
    by_day: dict[str, list[Capture]] = {}
    for capture in sorted(captures, key=finished):
        by_day.setdefault(str(finished(capture).date()), []).append(capture)
    return list(by_day.values())[:days]


def ids(days: Sequence[Sequence[Capture]]) -> set[str]:
    """Return the ids of the captures of some days."""
    return {capture.capture_id for of_day in days for capture in of_day}


def derive(data: Path, file: Path, only: set[str]) -> None:
    """Make the warehouse of some captures anew."""
    pipeline = opened(data)
    derive_into(pipeline, file, Rebuilt(file), lambda *_: None, only=only)
    pipeline.registry.close()


def add_a_day(
    pipeline: Pipeline, file: Path, days: Sequence[Sequence[Capture]], surfaces: Sequence[str] = SURFACES
) -> None:
    """Land the last of the days into a copy of the file that holds those before, as a tick does."""
    copy = file.with_suffix(".copy")
    shutil.copyfile(file, copy)
    everything = Histories([capture for of_day in days for capture in of_day])
    lake = Lake(pipeline.settings.lake_dir, everything)
    with writing(copy) as transaction:
        for surface in surfaces:
            land(transaction, lake, surface, [one for one in days[-1] if one.surface == surface])


def find_differences(pipeline: Pipeline, days: Sequence[Sequence[Capture]]) -> None:
    """Find what the follower lists of the last day differ by from those before, as their captures do."""
    before = {one.target: one for one in days[-2] if one.surface == "followers"}
    for one in days[-1]:
        if one.surface == "followers":
            keep_difference(pipeline.settings.lake_dir, before[one.target], str(one.snapshot))


def bytes_a_change(folder: Path) -> tuple[float, int]:
    """Return how many bytes a row of the log takes in a file of its own, and how many there are."""
    sizes = []
    for name, wanted in (("none", "where false"), ("all", "")):
        with connected(folder / f"log-{name}.duckdb") as connection:
            connection.execute(f"attach '{folder / 'long.duckdb'}' as long (read_only)")
            connection.execute(f"create table log as from long.follower_change_log {wanted}")
            connection.execute("detach long")
            connection.execute("checkpoint")
            number = connection.execute("select count(*) from log").fetchall()[0][0]
        sizes.append((folder / f"log-{name}.duckdb").stat().st_size)
    return (sizes[1] - sizes[0]) / number, number


def milliseconds(file: Path, day: str) -> float:
    """Return the least milliseconds in which it is told who followed a target on a day."""
    found = []
    with connected(file, read_only=True) as connection:
        for _ in range(20):
            began = time.perf_counter()
            connection.execute(FOLLOWED, ["desk-000", day]).fetchall()
            found.append(1000 * (time.perf_counter() - began))
    return min(found)


if __name__ == "__main__":
    tell([run(*(int(number) for number in sys.argv[1:]))])
