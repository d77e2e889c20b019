"""Many snapshots at once: one scan of a hundred small files costs half of what a hundred scans do."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import polars as pl

from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.small_files import fetch, whole_if_small

# A longer list than so many rows is never held as a whole.
HELD = 200_000
# A file of no more bytes is read whole: of a few rows that is half of what finding them in the file takes.
SMALL = 65_536
# By its path, the rows of each snapshot or why it cannot be trusted.
Found = dict[str, pl.DataFrame | DamagedFileError]
Damaged = dict[str, DamagedFileError]
# Reads the rows of a single one, as `snapshot_file.read`.
Alone = Callable[[str], pl.DataFrame]
File = TypeVar("File", Path, bytes)


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of some snapshots, one after the other; `numbers`: how many each has, by its path."""

    rows: pl.DataFrame
    numbers: Mapping[str, int]

    def places(self) -> dict[str, tuple[int, int]]:
        """Return by its path the first row of each, and how many it has."""
        starts = accumulate(self.numbers.values(), initial=0)
        return {path: (start, number) for start, (path, number) in zip(starts, self.numbers.items(), strict=False)}

    def each(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield the path and the rows of each."""
        for path, (start, number) in self.places().items():
            yield path, self.rows.slice(start, number)


@dataclass(frozen=True, slots=True)
class ToRead:
    """Snapshots by their path, told apart by how they are read, and `damaged` ones, with why they cannot be trusted.

    `small`: their bytes, and how many rows they promise. `alike`: those with all columns that are wanted. `others`.
    """

    small: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    alike: dict[str, tuple[Path, int]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    damaged: Damaged = field(default_factory=dict)

    def take(self, lake: Path, path: str, wanted: Sequence[str]) -> None:
        """Take one more; raise FileNotFoundError or DamagedFileError where it cannot be trusted."""
        file = f"{lake}/{path}"
        content = whole_if_small(file, SMALL)
        if content is not None:
            self.small[path] = content, snapshot_file.said_in(content, file)["rows"]
            return
        rows, names = snapshot_file.promised(lake / path)
        if {*wanted} <= {*names}:
            self.alike[path] = lake / path, rows
        else:
            self.others.append(path)


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
    reads, damaged = at_once(lake, paths, wanted, "user_id", lambda path: snapshot_file.held(lake, path, wanted))
    flag = pl.col("user_id").set_sorted()
    return {**damaged, **{path: rows.with_columns(flag) for read in reads for path, rows in read.each()}}


def read_all(lake: Path, paths: Collection[str], schema: pl.Schema, key: str) -> tuple[Read, Damaged]:
    """Return the rows of snapshots with the columns of `schema`, and why others cannot be trusted.

    Each is checked as by `snapshot_file.read`, and sorted by `key`.
    """
    wanted = schema.names()
    fetch(f"{lake}/{path}" for path in paths)
    reads, damaged = at_once(lake, paths, wanted, key, lambda path: snapshot_file.read(lake, path, wanted))
    rows = pl.concat([pl.DataFrame(schema=schema), *(read.rows for read in reads)])
    # In one piece: what is done with hundreds of pieces, one for each file, takes longer than reading them did.
    return Read(rows.rechunk(), {path: number for read in reads for path, number in read.numbers.items()}), damaged


def at_once(
    lake: Path, paths: Iterable[str], wanted: Sequence[str], key: str, alone: Alone
) -> tuple[list[Read], Damaged]:
    """Read what has all that is wanted in one scan, and the rest `alone`; return why others cannot be trusted."""
    found = ToRead()
    for path in paths:
        try:
            found.take(lake, path, wanted)
        except FileNotFoundError:
            found.damaged[path] = snapshot_file.damaged(lake / path, snapshot_file.MISSING)
        except DamagedFileError as error:
            found.damaged[path] = error
    together = [scanned(found.small, wanted, key), scanned(found.alike, wanted, key)]
    reads = [read for read in together if read is not None]
    done = {path for read in reads for path in read.numbers}
    # What is wrong with one of them, and with which, is found out one by one.
    for path in (*found.others, *(path for path in (*found.small, *found.alike) if path not in done)):
        try:
            rows = alone(path)
        except DamagedFileError as error:
            found.damaged[path] = error
        else:
            reads.append(Read(rows, {path: rows.height}))
    return reads, found.damaged


def scanned(files: Mapping[str, tuple[File, int]], columns: Sequence[str], key: str) -> Read | None:
    """Return the rows of the files, of which so many are promised each; None where there are none, or one breaks a promise."""
    if not files:
        return None
    try:
        scan = pl.scan_parquet([file for file, _ in files.values()], glob=False)
        rows = scan.select(columns).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError):
        return None
    read = Read(rows, {path: number for path, (_, number) in files.items()})
    starts = {start for start, _ in read.places().values()}
    keys = rows[key]
    falling: list[int] = (keys.diff() <= 0).arg_true().to_list()
    if rows.height != sum(read.numbers.values()) or keys.has_nulls() or not {*falling} <= starts:
        return None
    return read
