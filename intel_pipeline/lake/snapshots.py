"""Many snapshots of lists at once: one scan of a hundred small files costs half of what a hundred scans do."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import polars as pl

from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file


def held_all(lake: Path, paths: Iterable[str], columns: Sequence[str]) -> dict[str, pl.DataFrame | DamagedFileError]:
    """Return by its path the rows of each list with `columns` and FINGERPRINT, sorted; or why it cannot be trusted.

    Each is checked as `snapshot_file.held` does it.
    """
    found: dict[str, pl.DataFrame | DamagedFileError] = {}
    wanted = list(dict.fromkeys([*columns, FINGERPRINT]))
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
            found[path] = alone(lake, path, wanted)
    together = scanned(lake, alike, wanted) if alike else []
    # What is wrong with one of them, and with which, is found out one by one.
    found |= (
        dict(zip(alike, together, strict=True)) if together else {path: alone(lake, path, wanted) for path in alike}
    )
    return found


def scanned(lake: Path, paths: dict[str, int], columns: Sequence[str]) -> list[pl.DataFrame]:
    """Return the rows of each of the files, of which so many are promised; none at all where one breaks a promise."""
    try:
        rows = pl.scan_parquet([lake / path for path in paths], glob=False).select(columns).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError):
        return []
    starts = [0, *accumulate(paths.values())]
    ids = rows["user_id"]
    falling = (ids.diff() <= 0).arg_true()
    if rows.height != starts.pop() or ids.has_nulls() or not {*falling} <= {*starts}:
        return []
    slices = zip(starts, paths.values(), strict=True)
    return [rows.slice(start, number).with_columns(pl.col("user_id").set_sorted()) for start, number in slices]


def alone(lake: Path, path: str, columns: Sequence[str]) -> pl.DataFrame | DamagedFileError:
    """Return the rows of one list, or why it cannot be trusted."""
    try:
        return snapshot_file.held(lake, path, list(columns))
    except DamagedFileError as error:
        return error
