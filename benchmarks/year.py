"""A year of many targets: what a day costs at its end beside its start, a rebuild, a change, and who followed when.

`python -m benchmarks.year`, or with another size: TARGETS FOLLOWERS DAYS, and with a data folder that was made for it
before: FOLDER. Beside `MERGE INTO` and dbt snapshot. Limits are about 200 targets: what a batch costs however small it
is weighs more among fewer.
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
from benchmarks.rebuild import rebuilt
from benchmarks.report import Report, over, tell
from benchmarks.year_world import lived
from intel_pipeline.defs.garbage import spare_what_stays
from intel_pipeline.differing import keep_difference
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.histories import Histories
from intel_pipeline.warehouse.landing.lessons import TABLES as LOG
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.surfaces import SURFACES, land
from intel_pipeline.warehouse.rebuilding import Rebuilt, derive_into
from intel_pipeline.warehouse.writer import connected, writing
from intel_pipeline_tests.warehouse.landing_nursery import opened

# Targets, followers of each, days; and the number of targets that limits are about.
SIZE = (200, 20_000, 365)
TARGETS = 200
TURNS = 4
# So many days before the last one are landed as ticks land them: a file that was just made anew pays at its first
# commits for what DuckDB lays together then.
TICKS = 8
# The first days pay for what later ones do not: lists that are there for the first time are laid together.
EARLY = 10
ALONE = "the followers of a day at its end, landed"
DIFFERENCES = "what their lists differ by, found at the capture"
FOLLOWED = "select count(*), count(distinct username) from followers_on($1, $2)"


def run(targets: int = SIZE[0], followers: int = SIZE[1], days: int = SIZE[2], folder: Path | None = None) -> Report:
    """Let a year pass where none is given, and measure."""
    with tempfile.TemporaryDirectory() as name:
        if folder is None:
            lived(Path(name) / "data", targets, followers, days)
        return measured(folder or Path(name) / "data", Path(name), (targets, followers, days))


def measured(data: Path, folder: Path, size: tuple[int, int, int]) -> Report:
    """Measure at the captures in a data folder; what is made of them goes into another one."""
    targets, followers, days = size
    spare_what_stays()
    pipeline = opened(data)
    everything = [capture for part in pipeline.registry.captures.histories() for capture in part]
    whole = until(everything, days)
    derived = max(1, days - 1 - TICKS)
    made = rebuilt(data, folder / "rebuilt.duckdb")
    first_days = {capture.capture_id for of_day in whole[:derived] for capture in of_day}
    derive_into(pipeline, folder / "long.duckdb", Rebuilt(folder / "long.duckdb"), lambda *_: None, only=first_days)
    for number in range(derived, days - 1):
        land_day(known_by(pipeline, whole[: number + 1]), folder / "long.duckdb", whole[number])
    files = {2: folder / "second.duckdb", EARLY: folder / "early.duckdb", days: folder / "long.duckdb"}
    for number in range(EARLY - 1):
        land_day(known_by(pipeline, whole[: number + 1]), files[EARLY], whole[number])
        if not number:
            shutil.copyfile(files[EARLY], files[2])

    # Not as part of a day: it goes through all captures that there are, which nobody does who lands.
    lakes = {number: known_by(pipeline, whole[:number]) for number in files}

    def land_copy(number: int, surfaces: Sequence[str] = SURFACES) -> None:
        land_day(lakes[number], copy_of(files[number]), whole[number - 1], surfaces)

    def whole_day(number: int) -> None:
        find_differences(pipeline, whole[:number])
        land_copy(number)

    ways = {
        **{day_of(number): partial(whole_day, number) for number in files},
        # What others do for the followers of that day: no profiles and posts.
        ALONE: partial(land_copy, days, ("followers",)),
        DIFFERENCES: partial(find_differences, pipeline, whole),
    }
    taken = {name: min(times) for name, times in turns(ways, TURNS, partial(copy, list(files.values()))).items()}
    second, early, late, alone, finding = taken.values()
    lists = targets * days
    scale = TARGETS / targets
    change, changes = bytes_a_change(folder)
    asked = milliseconds(folder / "long.duckdb", str(finished(whole[days // 2][0]).date()))
    others = slowly_changing.run(folder, pipeline.settings.lake_dir, whole)
    pipeline.registry.close()
    rows: list[tuple[object, ...]] = [
        *((f"{name}: CPU s", taken[name], None) for name in (day_of(number) for number in files)),
        (f"day {days} / day 2", late / second, limits.LATE_DAY),
        (f"day {days} / day {EARLY}", late / early, None),
        (f"{ALONE}: CPU s", alone, None),
        (f"{DIFFERENCES}: CPU s", finding, None),
        *((f"{name}: CPU s", seconds, None) for name, seconds in others.items()),
        (
            "dbt snapshot / ours, followers alone, differences and all",
            others[slowly_changing.DBT] / (alone + finding),
            None,
        ),
        ("rebuilt: CPU ms a target and day", 1000 * made["cpu"] / lists, None),
        (f"rebuilt: s, of {TARGETS} targets", made["wall"] * scale, limits.REBUILT_SECONDS),
        ("rebuilt: most memory, MB", made["mb"], limits.REBUILT_MB),
        (f"the log: bytes a change, of {changes:,}", change, limits.CHANGE_BYTES),
        ("who followed on a day: ms", asked, limits.FOLLOWED_MS),
    ]
    broken = [line for what, found, limit in rows for line in over(str(what), float(str(found)), limit)]  # type: ignore[arg-type]
    if others[slowly_changing.DBT] < limits.DBT * (alone + finding):
        broken.append(f"the followers of a day at its end cost more than a {limits.DBT}th of dbt snapshot")
    title = f"A year: {targets} x {followers:,} x {days} days"
    return Report(title, ("what", "measured", "limit"), rows, broken)


def day_of(number: int) -> str:
    """Return what the line about a day is called."""
    return f"day {number}, its lists compared and landed"


def until(captures: Sequence[Capture], days: int) -> list[list[Capture]]:
    """Return the captures of each of the first so many days."""
    by_day: dict[str, list[Capture]] = {}
    for capture in sorted(captures, key=finished):
        by_day.setdefault(str(finished(capture).date()), []).append(capture)
    return list(by_day.values())[:days]


def copy(files: Sequence[Path]) -> None:
    """Make the copy of each file anew: it holds the days before."""
    for file in files:
        shutil.copyfile(file, copy_of(file))


def copy_of(file: Path) -> Path:
    """Return where the copy of a file lies."""
    return file.with_suffix(".copy")


def known_by(pipeline: Pipeline, days: Sequence[Sequence[Capture]]) -> Lake:
    """Return the lake as it is known on the last of some days: the registry knows later ones, and would have them landed."""
    captures = [capture for of_day in days for capture in of_day]
    everything = pipeline.registry.captures.finished_targets().total() == len(captures)
    return Lake(pipeline.settings.lake_dir, pipeline.registry.captures if everything else Histories(captures))


def land_day(lake: Lake, file: Path, captures: Sequence[Capture], surfaces: Sequence[str] = SURFACES) -> None:
    """Land the captures of a day, as a tick does."""
    with writing(file) as transaction:
        for surface in surfaces:
            land(transaction, lake, surface, [one for one in captures if one.surface == surface])


def find_differences(pipeline: Pipeline, days: Sequence[Sequence[Capture]]) -> None:
    """Find what the follower lists of the last day differ by from those before, as their captures do."""
    before = {one.target: one for one in days[-2] if one.surface == "followers"}
    for one in days[-1]:
        if one.surface == "followers":
            keep_difference(pipeline.settings.lake_dir, before[one.target], str(one.snapshot))


def bytes_a_change(folder: Path) -> tuple[float, int]:
    """Return how many bytes a row of the log takes in a file that holds nothing else, and how many there are."""
    sizes = []
    for name, wanted in (("none", "where false"), ("all", "")):
        with connected(folder / f"log-{name}.duckdb") as connection:
            connection.execute(f"attach '{folder / 'long.duckdb'}' as long (read_only)")
            for table in LOG:
                connection.execute(f"create table {table} as from long.{table} {wanted}")
            connection.execute("detach long")
            connection.execute("checkpoint")
            number = connection.execute("select coalesce(sum(followers), 0) from lessons").fetchall()[0][0]
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
    size = [int(number) for number in sys.argv[1:4]] or SIZE
    tell([run(*size, *map(Path, sys.argv[4:5]))])
