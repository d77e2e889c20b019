"""A snapshot in the lake: one immutable Parquet file, written whole or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.sorting import strictly_increasing

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1
FOOTER = b"intel_pipeline"
# Sorted ids shrink to a quarter in this encoding; Polars reads it and cannot write it.
DELTA = "DELTA_BINARY_PACKED"
ROW_GROUP = 131_072


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
    silence. OSError where the disk refuses; no part of the file is left then.
    """
    import pyarrow.parquet as pq

    if not strictly_increasing(frame, stamp.key):
        problem = f"rows of the capture {stamp.capture_id} are not sorted by {stamp.key}"
        raise DamagedFileError(problem, "report this: a capture must sort its rows before they are written")
    table = frame.to_arrow()
    integers = [name for name in (stamp.key, "position") if name in frame.columns]
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
    table = table.replace_schema_metadata({FOOTER: json.dumps(footer).encode()})
    path = relative_path(stamp)
    with replaced(lake / path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in frame.columns if name not in integers],
            column_encoding=dict.fromkeys(integers, DELTA),
            row_group_size=ROW_GROUP,
        )
    return path


def read(lake: Path, path: str | Path) -> "pl.DataFrame":
    """Return the rows of a snapshot, flagged as sorted by its key after that was checked.

    Raises DamagedFileError where the file is missing, cut short, or not what its footer says.
    """
    import polars as pl

    footer = read_footer(lake / path)
    try:
        frame = pl.read_parquet(lake / path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(lake / path, "its rows cannot be read") from error
    key = footer["sorted_by"]
    if frame.height != footer["rows"] or key not in frame.columns or not strictly_increasing(frame, key):
        raise damaged(lake / path, "its rows are not those that its footer tells of")
    return frame.set_sorted(key)


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


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; afterwards it takes that name, durably, or leaves no trace."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
