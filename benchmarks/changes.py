"""Who is new, lost or renamed between two lists: ours beside what people write instead."""

import json
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks import limits, lists
from benchmarks.measure import RIVALS, interleaved
from benchmarks.report import Report, over
from intel_pipeline.changes.comparison import compared, differing, pieces
from intel_pipeline.changes.places import only_in_one
from intel_pipeline.changes.stretches import stretches
from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.lake import snapshot_file

Way = Callable[[Path, tuple[Path, Path]], tuple[int, ...]]
# Rounds of what has a limit, and of what has none: the slow ways leave caches and memory in disorder.
ROUNDS = {1_000_000: (25, 5), 10_000_000: (10, 2)}
PANDAS = "pandas: outer merge with names"
FLOOR = "floor: decoding both id columns"


def run() -> Report:
    """Return the CPU of each way at each size, as a ratio of decoding the id column of the same two files."""
    rows: list[tuple[object, ...]] = []
    broken = []
    for size, (rounds, few) in ROUNDS.items():
        with tempfile.TemporaryDirectory() as folder:
            lake = Path(folder)
            paths = lists.written(lake, size)
            ways = {name: partial(way, lake, paths) for name, (way, _, most) in WAYS.items() if size <= most}
            numbers, pandas_took = pandas(lake, paths, few)
            agreed({name: way() for name, way in ways.items()} | {PANDAS: numbers})
            limited = {name: way for name, way in ways.items() if name == FLOOR or WAYS[name][1]}
            others = {name: way for name, way in ways.items() if name not in limited}
            taken = interleaved(limited, rounds) | interleaved(others, few) | {PANDAS: pandas_took}
        for name, seconds in taken.items():
            ratio, limit = seconds / taken[FLOOR], WAYS[name][1] if name in WAYS else None
            rows.append((name, f"{size:,} x 2", seconds, ratio, limit))
            broken += over(f"{name} at {size:,}, in CPU of decoding", ratio, limit)
    return Report("Comparing two follower lists", ("what", "size", "CPU s", "ratio", "limit"), rows, broken)


def agreed(counts: dict[str, tuple[int, ...]]) -> None:
    """Refuse to compare ways that find different numbers of new, lost and renamed followers."""
    for length in (2, 3):
        found = {count[:length] for count in counts.values() if len(count) >= length}
        if len(found) > 1:
            message = f"the ways disagree on who is new, lost and renamed: {counts}"
            raise ValueError(message)


def decoded(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Decode the id columns in a stream; looking for the largest keeps nothing, so that no memory is measured."""
    for path in paths:
        pl.scan_parquet(lake / path).select(pl.col("user_id").max()).collect(engine="streaming")
    return ()


def new_and_lost(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids, proven on the way to be sorted."""
    lost = new = 0
    for (keys,), (new_keys,) in stretches(*(pieces([snapshot_file.scan(lake, path)]) for path in paths)):
        missing, arrived = only_in_one(keys, new_keys)
        lost, new = lost + len(missing), new + len(arrived)
    return new, lost


def new_lost_and_changed(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids and fingerprints: the pipeline's own query."""
    found = differing(*(pieces([snapshot_file.scan(lake, path)], FINGERPRINT) for path in paths))
    return len(found.arrived), len(found.missing), len(found.altered)


def whole(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare as the pipeline does: also fetch the names and places of whoever differs, and the head of the list."""
    found = compared([(snapshot_file.scan(lake, paths[0]), snapshot_file.scan(lake, paths[1]))])
    return found.arrived.height, found.missing.height, found.renamed.height


def anti_joins(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids with two anti joins, Polars' eager ones."""
    before, after = (pl.read_parquet(lake / path, columns=["user_id"]) for path in paths)
    return after.join(before, on="user_id", how="anti").height, before.join(after, on="user_id", how="anti").height


def duckdb_anti_joins(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids with two anti joins of DuckDB."""
    import duckdb

    before, after = (f"(select user_id from '{lake / path}')" for path in paths)  # noqa: S608  our own paths
    sql = "select (select count(*) from {} as a anti join {} as b using (user_id))"
    with duckdb.connect() as connection:
        counted = [
            connection.execute(sql.format(*pair)).fetchall()[0][0] for pair in ((after, before), (before, after))
        ]
    return tuple(counted)


def pandas(lake: Path, paths: tuple[Path, Path], rounds: int) -> tuple[tuple[int, ...], float]:
    """Return what pandas' outer merge finds, in the rivals' environment, and the least of its CPU seconds."""
    script = Path(__file__).parent / "rivals" / "pandas_merge.py"
    command = [str(RIVALS / "python"), str(script), *(str(lake / path) for path in paths)]
    runs = [
        json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)  # noqa: S603  our own script
        for _ in range(rounds)
    ]
    return tuple(runs[0]["numbers"]), min(run["seconds"] for run in runs)


def full_join(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids and usernames with a streaming hash join."""
    before, after = (pl.scan_parquet(lake / path).select("user_id", "username") for path in paths)
    new, lost = pl.col("user_id").is_null(), pl.col("user_id_after").is_null()
    other = pl.col("username") != pl.col("username_after")
    joined = before.join(after, on="user_id", how="full", suffix="_after").filter(new | lost | other)
    return (
        joined.select(new.sum(), lost.sum().alias("lost"), other.sum().alias("other"))
        .collect(engine="streaming")
        .row(0)
    )


def python_sets(lake: Path, paths: tuple[Path, Path]) -> tuple[int, ...]:
    """Compare ids as most scripts do."""
    before, after = (set(pl.read_parquet(lake / path, columns=["user_id"])["user_id"]) for path in paths)
    return len(after - before), len(before - after)


# Each with the most that it may take of the floor, and the largest lists that it is tried on.
WAYS: dict[str, tuple[Way, float | None, int]] = {
    FLOOR: (decoded, None, 10_000_000),
    "ours: new and lost": (new_and_lost, limits.NEW_AND_LOST, 10_000_000),
    "ours: new, lost, changed": (new_lost_and_changed, limits.WITH_CHANGED_ATTRIBUTES, 10_000_000),
    "ours: all of it, with names": (whole, None, 10_000_000),
    "Polars: two anti joins (ids)": (anti_joins, None, 10_000_000),
    "DuckDB: two anti joins (ids)": (duckdb_anti_joins, None, 10_000_000),
    "Polars: full join with names": (full_join, None, 10_000_000),
    "Python: two sets (ids)": (python_sets, None, 1_000_000),
}
