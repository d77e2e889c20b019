"""Many snapshots at once: one scan of a hundred small files costs half of what a hundred scans do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path

import polars as pl

from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file

# A longer list than so many rows is never held as a whole.
HELD = 200_000
# By its path, the rows of each snapshot or why it cannot be trusted.
Found = dict[str, pl.DataFrame | DamagedFileError]
# Reads the rows of a single one, as `snapshot_file.read`.
Alone = Callable[[str], pl.DataFrame]


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
    return at_once(lake, paths, wanted, "user_id", lambda path: snapshot_file.held(lake, path, wanted))


def read_all(lake: Path, paths: Iterable[str], columns: Sequence[str], key: str) -> Found:
    """Return the rows of each snapshot with `columns`, sorted by `key`; each checked as by `snapshot_file.read`."""
    wanted = list(columns)
    return at_once(lake, paths, wanted, key, lambda path: snapshot_file.read(lake, path, wanted))


def at_once(lake: Path, paths: Iterable[str], wanted: Sequence[str], key: str, alone: Alone) -> Found:
    """Read what has all that is wanted in one scan, and the rest `alone`."""
    found: Found = {}
    alike: dict[str, int] = {}
    for path in paths:
        try:
            rows, names = snapshot_file.promised(lake / path)
        except DamagedFileError as error:
            found[path] = error
            continue
        if {*wanted} <= {*names}:
            alike[path] = rows
        else:
            found[path] = tried(alone, path)
    together = scanned(lake, alike, wanted, key) if alike else []
    # What is wrong with one of them, and with which, is found out one by one.
    found |= dict(zip(alike, together, strict=True)) if together else {path: tried(alone, path) for path in alike}
    return found


def scanned(lake: Path, paths: dict[str, int], columns: Sequence[str], key: str) -> list[pl.DataFrame]:
    """Return the rows of each of the files, of which so many are promised; none at all where one breaks a promise."""
    try:
        rows = pl.scan_parquet([lake / path for path in paths], glob=False).select(columns).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError):
        return []
    starts = [0, *accumulate(paths.values())]
    keys = rows[key]
    falling = (keys.diff() <= 0).arg_true()
    if rows.height != starts.pop() or keys.has_nulls() or not {*falling} <= {*starts}:
        return []
    slices = zip(starts, paths.values(), strict=True)
    return [rows.slice(start, number).with_columns(pl.col(key).set_sorted()) for start, number in slices]


def tried(alone: Alone, path: str) -> pl.DataFrame | DamagedFileError:
    """Return the rows of one snapshot, or why it cannot be trusted."""
    try:
        return alone(path)
    except DamagedFileError as error:
        return error
