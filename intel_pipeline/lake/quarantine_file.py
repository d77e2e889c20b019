"""Rows that broke a contract, in the lake beside the snapshot that they were kept out of."""

from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.lake.snapshot_file import UNREADABLE, Stamp, damaged, relative_path
from intel_pipeline.replacement import replaced

if TYPE_CHECKING:
    import polars as pl

FOLDER = "quarantine"
COLUMNS = ("column", "rule", "value", "row")


def path_of(snapshot: str | Path) -> Path:
    """Return where in the lake the rows lie that were kept out of the snapshot at a path."""
    return Path(FOLDER) / snapshot


def write(lake: Path, stamp: Stamp, rows: "pl.DataFrame") -> None:
    """Write the rows (COLUMNS, all texts) that were kept out of a snapshot; OSError where the disk refuses."""
    with replaced(lake / path_of(relative_path(stamp)), within=lake) as temporary:
        rows.select(COLUMNS).write_parquet(temporary, compression="zstd")


def read(lake: Path, snapshot: str | Path) -> "pl.DataFrame":
    """Return the rows (COLUMNS) that were kept out of a snapshot; DamagedFileError where they cannot be read."""
    import polars as pl

    file = lake / path_of(snapshot)
    try:
        return pl.read_parquet(file).select(COLUMNS)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(file, UNREADABLE) from error
