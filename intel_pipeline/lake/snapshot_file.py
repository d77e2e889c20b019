"""A snapshot in the lake: one immutable Parquet file, written whole or not at all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake.row_groups import scanned
from intel_pipeline.replacement import replaced
from intel_pipeline.sorting import strictly_increasing

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1
FOOTER = b"intel_pipeline"
UNREADABLE = "its rows cannot be read"
UNTRUE = "its rows are not those that its footer tells of"
# Sorted ids shrink to a quarter in this encoding; Polars reads it and cannot write it.
DELTA = "DELTA_BINARY_PACKED"
# Fewer and larger batches make comparing two lists a tenth cheaper; a scan holds one of them at a time.
ROW_GROUP = 524_288


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
    return Path(stamp.surface) / f"target={stamp.target}" / name


def write(lake: Path, stamp: Stamp, frame: "pl.DataFrame") -> Path:
    """Write `frame`, sorted by `stamp.key` and distinct in it, and return its path within the lake.

    Raises DamagedFileError for a frame that is not sorted: a false claim would make later comparisons wrong in
    silence. OSError where the disk refuses; no part of the file is left then. Followers get the column FINGERPRINT,
    so that comparing two lists reads four bytes for a name.
    """
    import pyarrow.parquet as pq

    from intel_pipeline.contracts.username import FINGERPRINT, fingerprints

    if not strictly_increasing(frame, stamp.key):
        problem = f"rows of the capture {stamp.capture_id} are not sorted by {stamp.key}"
        raise DamagedFileError(problem, "report this: a capture must sort its rows before they are written")
    stored = frame.with_columns(fingerprints(frame["username"])) if stamp.surface == "followers" else frame
    integers = [name for name in (stamp.key, "position") if name in frame.columns]
    # Compressing these once more gains nothing, and costs a tenth of comparing.
    dense = {*integers, FINGERPRINT}
    others = [name for name in stored.columns if name not in dense]
    footer = {
        "schema_version": SCHEMA_VERSION,
        "capture_id": stamp.capture_id,
        "target": stamp.target,
        "surface": stamp.surface,
        "captured_at": stamp.captured_at.isoformat(),
        "verdict": stamp.verdict,
        "rows": frame.height,
        "sorted_by": stamp.key,
    }
    table = stored.to_arrow().replace_schema_metadata({FOOTER: json.dumps(footer).encode()})
    path = relative_path(stamp)
    with replaced(lake / path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression={name: "zstd" if name in others else "none" for name in stored.columns},
            compression_level=dict.fromkeys(others, 1),
            use_dictionary=others,
            column_encoding=dict.fromkeys(integers, DELTA),
            row_group_size=ROW_GROUP,
        )
    return path


def read(lake: Path, path: str | Path) -> "pl.DataFrame":
    """Return the rows of a snapshot as they were given, flagged as sorted by its key after that was checked.

    Raises DamagedFileError where the file is missing, cut short, or not what its footer says.
    """
    import polars as pl

    from intel_pipeline.contracts.username import FINGERPRINT

    footer = read_footer(lake / path)
    try:
        frame = pl.read_parquet(lake / path).drop(FINGERPRINT, strict=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(lake / path, UNREADABLE) from error
    key = footer["sorted_by"]
    if frame.height != footer["rows"] or key not in frame.columns or not strictly_increasing(frame, key):
        raise damaged(lake / path, UNTRUE)
    return frame.set_sorted(key)


def scan(lake: Path, path: str | Path) -> "pl.LazyFrame":
    """Return the rows of a snapshot unread, with all columns that the file has, after its footer was checked.

    Raises DamagedFileError as `read` does, and collecting does where rows cannot be read. Their order is not proven
    here: see `reading`.
    """
    import polars as pl
    import pyarrow.parquet as pq

    file = lake / path
    footer, rows = read_footer(file), pq.read_metadata(file).num_rows
    try:
        schema = pl.Schema(pl.read_parquet_schema(file))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(file, UNREADABLE) from error
    if rows != footer["rows"] or footer["sorted_by"] not in schema:
        raise damaged(file, UNTRUE)
    return scanned(file, schema, damaged(file, UNREADABLE))


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
def unreadable(path: Path) -> Iterator[None]:
    """Let DuckDB read the snapshot at `path` in here: DamagedFileError names it where it cannot."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise damaged(path, UNREADABLE) from error


def read_footer(path: Path) -> dict[str, Any]:
    """Return what the file says about itself, or raise DamagedFileError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(path).metadata or {}
    except FileNotFoundError as error:
        raise damaged(path, "it is missing") from error
    except (OSError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise damaged(path, "it is cut short or no Parquet file") from error
    if FOOTER not in metadata:
        raise damaged(path, "it was not written by intel_pipeline")
    try:
        footer: dict[str, Any] = json.loads(metadata[FOOTER])
        # What reading relies on must be there.
        _ = footer["sorted_by"], footer["rows"]
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, "its footer is not what intel_pipeline writes") from error
    return footer


def damaged(path: Path, why: str) -> DamagedFileError:
    """Return the error for a snapshot that cannot be trusted."""
    problem = f"the snapshot {path.name} is unusable: {why}"
    return DamagedFileError(
        problem, f"restore {path} from a backup and derive that round again; all other captures stay usable"
    )
