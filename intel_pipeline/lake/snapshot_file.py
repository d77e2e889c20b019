"""A snapshot in the lake: one immutable Parquet file, written whole or not at all."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import row_groups
from intel_pipeline.replacement import replaced
from intel_pipeline.sorting import strictly_increasing

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData, ParquetFile

SCHEMA_VERSION = 1
FOOTER = b"intel_pipeline"
FOLDER = "target={target}"
# Surfaces whose rows are accounts with their names.
NAMED = ("followers", "followees")
MISSING = "it is missing"
CUT_SHORT = "it is cut short or no Parquet file"
UNREADABLE = "its rows cannot be read"
UNTRUE = "its rows are not those that its footer tells of"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file says about itself: whose capture it is, how many rows, and the column that it is sorted by."""

    capture_id: str
    target: str
    surface: str
    captured_at: datetime
    verdict: str
    key: str


def relative_path(stamp: Stamp) -> Path:
    """Return where the snapshot lies in the lake."""
    name = f"{stamp.captured_at:%Y%m%dT%H%M%SZ}-{stamp.capture_id}.parquet"
    return Path(stamp.surface) / FOLDER.format(target=stamp.target) / name


def lying(lake: Path, surfaces: Iterable[str], targets: Iterable[str]) -> Iterator[str]:
    """Yield the files that lie in the lake of these surfaces and targets, in no order."""
    for surface, target in product(surfaces, targets):
        # Whoever reads them says what is wrong with the folder.
        with suppress(OSError), os.scandir(lake / surface / FOLDER.format(target=target)) as entries:
            yield from (entry.path for entry in entries)


def write(lake: Path, stamp: Stamp, frame: "pl.DataFrame") -> Path:
    """Write `frame`, sorted by `stamp.key` and distinct in it, and return its path within the lake, as `write_all`."""
    return write_all(lake, stamp, [frame])


def write_all(
    lake: Path, stamp: Stamp, frames: "Iterable[pl.DataFrame]", verdict: Callable[[], str] | None = None
) -> Path:
    """Write the rows of `frames`, at least one, sorted by `stamp.key` over all of them; return the path in the lake.

    `verdict` is asked once all rows have been seen, where they have a say in it.
    Raises DamagedFileError for rows that are not sorted: a false claim would make later comparisons wrong in silence.
    OSError where the disk refuses; no part of the file is left then. Followers get the column FINGERPRINT, so that
    comparing two lists reads four bytes for all that they show of an account. A row group of rows is held at a time.
    """
    from intel_pipeline.contracts.attributes import FINGERPRINT

    def footer(rows: int) -> dict[bytes, bytes]:
        return footer_of(replace(stamp, verdict=verdict()) if verdict else stamp, rows)

    path = relative_path(stamp)
    tables = (stored(frame, stamp).to_arrow() for frame in ascending(frames, stamp))
    with replaced(lake / path, within=lake) as temporary:
        row_groups.write(temporary, tables, (stamp.key, "position"), (FINGERPRINT,), footer)
    return path


def footer_of(stamp: Stamp, rows: int) -> dict[bytes, bytes]:
    """Return what the file with so many rows says about itself."""
    footer = {
        "schema_version": SCHEMA_VERSION,
        "capture_id": stamp.capture_id,
        "target": stamp.target,
        "surface": stamp.surface,
        "captured_at": stamp.captured_at.isoformat(),
        "verdict": stamp.verdict,
        "rows": rows,
        "sorted_by": stamp.key,
    }
    return {FOOTER: json.dumps(footer).encode()}


def ascending(frames: "Iterable[pl.DataFrame]", stamp: Stamp) -> "Iterator[pl.DataFrame]":
    """Yield the frames as they come; raise DamagedFileError where the key does not rise from each row to the next."""
    ends: list[int] = []
    for frame in frames:
        keys = [frame[stamp.key][place] for place in (0, -1)] if frame.height else []
        if not strictly_increasing(frame, stamp.key) or (ends and keys and keys[0] <= ends[-1]):
            problem = f"rows of the capture {stamp.capture_id} are not sorted by {stamp.key}"
            raise DamagedFileError(problem, "report this: a capture must sort its rows before they are written")
        ends = keys or ends
        yield frame


def stored(frame: "pl.DataFrame", stamp: Stamp) -> "pl.DataFrame":
    """Return the rows with the columns that the file has for them."""
    from intel_pipeline.contracts.attributes import fingerprints

    return frame.with_columns(fingerprints(frame)) if stamp.surface in NAMED else frame


def read(lake: Path, path: str | Path, columns: list[str] | None = None) -> "pl.DataFrame":
    """Return the rows of a snapshot as they were given, flagged as sorted by its key after that was checked.

    `columns`: only these, of which the key must be one.

    Raises DamagedFileError where the file is missing, cut short, or not what its footer says.
    """
    from intel_pipeline.contracts.attributes import FINGERPRINT, OUTDATED

    return checked(lake / path, columns).drop(FINGERPRINT, OUTDATED, strict=False)


def held(lake: Path, path: str | Path, columns: list[str]) -> "pl.DataFrame":
    """Return the rows of a list with `columns`, and with FINGERPRINT, computed where the file has none; as `read`."""
    from intel_pipeline.contracts.attributes import ATTRIBUTES, FINGERPRINT, fingerprinted

    wanted = list(dict.fromkeys([*columns, FINGERPRINT]))
    frame = checked(lake / path, wanted)
    if FINGERPRINT in frame.columns:
        return frame
    return fingerprinted(checked(lake / path, [*wanted, *ATTRIBUTES])).select(wanted)


def checked(file: Path, columns: list[str] | None) -> "pl.DataFrame":
    """Return the rows with those of `columns` that the file has, sorted and as many as its footer says; as `read`."""
    with opened(file) as parquet:
        footer = footer_in(parquet.metadata, file)
        names = parquet.schema_arrow.names
        frame = row_groups.read(parquet, [name for name in columns or names if name in names])
    key = footer["sorted_by"]
    if frame.height != footer["rows"] or key not in frame.columns or not strictly_increasing(frame, key):
        raise damaged(file, UNTRUE)
    return frame.set_sorted(key)


def table(lake: Path, path: str | Path, columns: Sequence[str], most: int) -> "pa.Table | None":
    """Return the rows of a list with `columns` and FINGERPRINT, as `held`; None where there are more rows than `most`.

    That its ids rise is not proven here: see `reading`.
    """
    from intel_pipeline.contracts.attributes import FINGERPRINT

    wanted = list(dict.fromkeys([*columns, FINGERPRINT]))
    with opened(lake / path) as parquet:
        rows, names = promise(parquet.metadata, lake / path)
        if rows > most:
            return None
        if FINGERPRINT in names:
            return parquet.read(columns=wanted, use_threads=False)
    return held(lake, path, wanted).to_arrow()


def scan(lake: Path, path: str | Path) -> "pl.LazyFrame":
    """Return the rows of a snapshot unread, with all columns that the file has, after its footer was checked.

    Raises DamagedFileError as `read` does, and collecting does where rows cannot be read. Their order is not proven
    here: see `reading`.
    """
    import polars as pl

    file = lake / path
    counted(lake, path)
    try:
        schema = pl.Schema(pl.read_parquet_schema(file))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(file, UNREADABLE) from error
    if read_footer(file)["sorted_by"] not in schema:
        raise damaged(file, UNTRUE)
    return row_groups.scanned(file, schema, damaged(file, UNREADABLE))


def counted(lake: Path, path: str | Path) -> int:
    """Return how many rows a snapshot has, after its footer was held against it; DamagedFileError as `read`."""
    return promised(lake / path)[0]


def promised(file: Path) -> tuple[int, list[str]]:
    """Return how many rows and which columns a snapshot has, the key among them; DamagedFileError as `read`."""
    return promise(metadata_of(file), file)


def promise(metadata: "FileMetaData", file: Path) -> tuple[int, list[str]]:
    """Return what a file's `metadata` promise, as `promised`."""
    footer, rows, names = footer_in(metadata, file), int(metadata.num_rows), list(metadata.schema.names)
    if rows != footer["rows"] or footer["sorted_by"] not in names:
        raise damaged(file, UNTRUE)
    return rows, names


@contextmanager
def reading(lake: Path, *paths: str | Path) -> Iterator[None]:
    """Compare scans of these snapshots in here: where one proves to be unsorted, DamagedFileError names it.

    Whoever compares finds out on the way, as ValueError, and knows no files; which one it was is looked up only then.
    """
    try:
        yield
    except ValueError:
        for path in paths:
            read(lake, path)
        raise


@contextmanager
def unreadable(*paths: Path) -> Iterator[None]:
    """Let DuckDB read the snapshots at `paths` in here: where it cannot, DamagedFileError names the one at fault."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        # Which one it was is looked up only then.
        for path in paths:
            checked(path, None)
        if len(paths) > 1:
            raise
        raise damaged(paths[0], UNREADABLE) from error


def read_footer(path: Path) -> dict[str, Any]:
    """Return what the file says about itself, or raise DamagedFileError."""
    return footer_in(metadata_of(path), path)


def metadata_of(path: Path) -> "FileMetaData":
    """Return what Parquet keeps of the file besides its rows, or raise DamagedFileError."""
    with opened(path) as parquet:
        return parquet.metadata


@contextmanager
def opened(path: Path) -> "Iterator[ParquetFile]":
    """Read a file in here; DamagedFileError where it, or what is read of it, cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Read ahead by Arrow, what lies on a disk takes a fifth longer.
        parquet = pq.ParquetFile(path, pre_buffer=False)
    except FileNotFoundError as error:
        raise damaged(path, MISSING) from error
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise damaged(path, CUT_SHORT) from error
    try:
        with parquet:
            yield parquet
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, UNREADABLE) from error


def footer_in(metadata: "FileMetaData", path: Path) -> dict[str, Any]:
    """Return what a file says about itself in its `metadata`, or raise DamagedFileError."""
    return told_by((metadata.metadata or {}).get(FOOTER), path)


def said_in(content: bytes, path: str) -> dict[str, Any]:
    """Return what a small file says about itself, by all that is in it; Polars finds it in a sixth of PyArrow's time."""
    import polars as pl

    try:
        return told_by(pl.read_parquet_metadata(content).get(FOOTER.decode()), path)
    except pl.exceptions.PolarsError as error:
        raise damaged(path, CUT_SHORT) from error


def told_by(footer: str | bytes | None, path: str | Path) -> dict[str, Any]:
    """Return what is told by the `footer` of a file, or raise DamagedFileError."""
    if footer is None:
        raise damaged(path, "it was not written by intel_pipeline")
    try:
        told: dict[str, Any] = json.loads(footer)
        # What reading relies on must be there.
        _ = told["sorted_by"], told["rows"]
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, "its footer is not what intel_pipeline writes") from error
    return told


def damaged(path: str | Path, why: str) -> DamagedFileError:
    """Return the error for a snapshot that cannot be trusted."""
    problem = f"the snapshot {Path(path).name} is unusable: {why}"
    return DamagedFileError(
        problem, f"restore {path} from a backup and derive that round again; all other captures stay usable"
    )
