"""What a follower list differs by from the complete one before it, kept beside the snapshots: a day is compared once.

A snapshot is all that is needed, and all that is trusted: what is not there, or was made by other rules or against another
list, is found by comparing once more.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intel_pipeline.lake.snapshot_file import FOOTER
from intel_pipeline.replacement import replaced

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger(__name__)
# By which rules lists are compared, and what is kept of it. One more, and what was kept is not read any more.
RULES = 1
FOLDER = "differences"


def path_of(snapshot: str | Path) -> Path:
    """Return where in the lake the difference of the list in a `snapshot` lies; the snapshot's path within the lake too."""
    return Path(FOLDER) / snapshot


@dataclass(frozen=True, slots=True)
class Against:
    """The capture that a list is held against, and by how many entries it is longer: less arrived, more went missing."""

    capture_id: str
    longer: int


def write(lake: Path, against: Against, snapshot: str | Path, rows: "pl.DataFrame") -> Path:
    """Keep the `rows` (DIFFERENCE) by which the list in a `snapshot` differs from another one; return the path.

    OSError where the disk refuses.
    """
    import pyarrow.parquet as pq

    path = path_of(snapshot)
    with replaced(lake / path) as temporary:
        said = json.dumps(footer(against)).encode()
        pq.write_table(rows.to_arrow().replace_schema_metadata({FOOTER: said}), temporary, compression="zstd")
    return path


def footer(against: Against) -> dict[str, object]:
    """Return what a file says of itself."""
    return {"rules": RULES, "before": against.capture_id, "longer": against.longer}


def read_all(lake: Path, wanted: Mapping[str, Against]) -> "dict[str, pl.DataFrame]":
    """Return by its snapshot's path what each list differs by from the other one, as far as it is kept."""
    kept = counted(lake, wanted)
    found = rows_of(lake, kept)
    if found is None:
        return {}
    differences, start = {}, 0
    for one, number in kept.items():
        differences[one] = found.slice(start, number)
        start += number
    return differences


def counted(lake: Path, wanted: Mapping[str, Against]) -> dict[str, int]:
    """Return by its snapshot's path in how many rows it is kept what each list differs by from the other one."""
    numbers = {one: rows_kept(lake / path_of(one), against) for one, against in wanted.items()}
    return {one: rows for one, rows in numbers.items() if rows is not None}


def rows_of(lake: Path, kept: Iterable[str], columns: Sequence[str] | None = None) -> "pl.DataFrame | None":
    """Return what is kept of several lists, one after the other; None where there are none, or one cannot be read."""
    import polars as pl

    files = [lake / path_of(one) for one in kept]
    if not files:
        return None
    try:
        rows = pl.scan_parquet(files, glob=False)
        return (rows if columns is None else rows.select(columns)).collect(engine="streaming")
    except (OSError, pl.exceptions.PolarsError) as error:
        log.warning("differences that were kept cannot be read, so the lists are compared again: %s", error)
        return None


def rows_kept(file: Path, against: Against) -> int | None:
    """Return how many rows a file has that says how a list differs from this other one; None where there is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(file)
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowInvalid) as error:
        log.warning("the difference %s cannot be read, so its lists are compared again: %s", file.name, error)
        return None
    said: dict[str, Any] = json.loads((metadata.metadata or {}).get(FOOTER, b"{}"))
    return int(metadata.num_rows) if said == footer(against) else None
