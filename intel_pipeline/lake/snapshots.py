"""Many snapshots at once: one scan of a hundred small files costs half of what a hundred scans do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import polars as pl

from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file

# A longer list than so many rows is never held as a whole.
HELD = 200_000
# A file of no more bytes is read whole: of a few rows that is half of what finding them in the file takes.
SMALL = 65_536
# By its path, the rows of each snapshot or why it cannot be trusted.
Found = dict[str, pl.DataFrame | DamagedFileError]
# Reads the rows of a single one, as `snapshot_file.read`.
Alone = Callable[[str], pl.DataFrame]
File = TypeVar("File", Path, bytes)


def lists_at(
    lake: Path, paths: Mapping[str, int], columns: Sequence[str]
) -> dict[str, pl.DataFrame | pl.LazyFrame | DamagedFileError]:
    """Return each list with `columns` and FINGERPRINT at least, or why it cannot be trusted; short ones as `held_all`.

    `paths`: how many rows each has. A long one may turn out to be unusable only when it is read; see
    `snapshot_file.reading`.
    """
    found: dict[str, pl.DataFrame | pl.LazyFrame | DamagedFileError] = {}
    short = [path for path, rows in paths.items() if rows <= HELD]
    found |= held_all(lake, short, columns)
    for path in paths.keys() - {*short}:
        try:
            found[path] = snapshot_file.scan(lake, path)
        except DamagedFileError as error:
            found[path] = error
    return found


def trusted(listed: pl.DataFrame | pl.LazyFrame | DamagedFileError) -> pl.DataFrame | pl.LazyFrame:
    """Return a list; raise why it cannot be trusted."""
    if isinstance(listed, DamagedFileError):
        raise listed
    return listed


def held_all(lake: Path, paths: Iterable[str], columns: Sequence[str]) -> Found:
    """Return the rows of each list with `columns` and FINGERPRINT, sorted; each checked as by `snapshot_file.held`."""
    wanted = list(dict.fromkeys([*columns, FINGERPRINT]))
    found = at_once(lake, paths, wanted, "user_id", lambda path: snapshot_file.held(lake, path, wanted))
    flag = pl.col("user_id").set_sorted()
    return {path: rows.with_columns(flag) if isinstance(rows, pl.DataFrame) else rows for path, rows in found.items()}


def read_all(lake: Path, paths: Iterable[str], columns: Sequence[str], key: str) -> Found:
    """Return the rows of each snapshot with `columns`, sorted by `key`; each checked as by `snapshot_file.read`."""
    wanted = list(columns)
    return at_once(lake, paths, wanted, key, lambda path: snapshot_file.read(lake, path, wanted))


def at_once(lake: Path, paths: Iterable[str], wanted: Sequence[str], key: str, alone: Alone) -> Found:
    """Read what has all that is wanted in one scan, and the rest `alone`."""
    found: Found = {}
    small: dict[str, tuple[bytes, int]] = {}
    alike: dict[str, tuple[Path, int]] = {}
    for path in paths:
        try:
            if (lake / path).stat().st_size <= SMALL:
                content = (lake / path).read_bytes()
                small[path] = content, snapshot_file.said_in(content, lake / path)["rows"]
                continue
            rows, names = snapshot_file.promised(lake / path)
        except FileNotFoundError:
            found[path] = snapshot_file.damaged(lake / path, snapshot_file.MISSING)
        except DamagedFileError as error:
            found[path] = error
        else:
            if {*wanted} <= {*names}:
                alike[path] = lake / path, rows
            else:
                found[path] = tried(alone, path)
    together = {**scanned(small, wanted, key), **scanned(alike, wanted, key)}
    # What is wrong with one of them, and with which, is found out one by one.
    others = {path: tried(alone, path) for path in (*small, *alike) if path not in together}
    return {**found, **together, **others}


def scanned(files: Mapping[str, tuple[File, int]], columns: Sequence[str], key: str) -> dict[str, pl.DataFrame]:
    """Return the rows of each of the files, of which so many are promised; none at all where one breaks a promise."""
    if not files:
        return {}
    try:
        scan = pl.scan_parquet([file for file, _ in files.values()], glob=False)
        rows = scan.select(columns).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError):
        return {}
    starts: list[int] = [0, *accumulate(number for _, number in files.values())]
    keys = rows[key]
    falling: list[int] = (keys.diff() <= 0).arg_true().to_list()
    if rows.height != starts.pop() or keys.has_nulls() or not {*falling} <= {*starts}:
        return {}
    return {path: rows.slice(start, number) for start, (path, (_, number)) in zip(starts, files.items(), strict=True)}


def tried(alone: Alone, path: str) -> pl.DataFrame | DamagedFileError:
    """Return the rows of one snapshot, or why it cannot be trusted."""
    try:
        return alone(path)
    except DamagedFileError as error:
        return error
