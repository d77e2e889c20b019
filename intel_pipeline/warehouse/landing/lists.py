"""Follower lists from the lake: small ones held, so that many are compared at once; long ones read as they are needed."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.contracts.attributes import ATTRIBUTES, FINGERPRINT
from intel_pipeline.lake import snapshot_file
from intel_pipeline.warehouse.landing.finished import Finished

# What is read of a list; a longer one than so many rows is never held as a whole.
COLUMNS = list(dict.fromkeys([*MEMBER.names(), *ATTRIBUTES, FINGERPRINT]))
HELD = 200_000


@dataclass(frozen=True, slots=True)
class Lake:
    """The folder of snapshots, and where it is looked up which of them is a capture's."""

    folder: Path
    registry: Finished


def list_of(lake: Lake, capture_id: str, rows: int) -> pl.LazyFrame:
    """Return the list of a capture with so many rows, or raise DamagedFileError where it is unusable."""
    return list_at(lake.folder, str(lake.registry.get(capture_id).snapshot), rows)


def list_at(folder: Path, path: str, rows: int) -> pl.LazyFrame:
    """Return the list at `path`, with COLUMNS at least; DamagedFileError where it is unusable.

    A long one may turn out to be when it is read; see `snapshot_file.reading`.
    """
    return snapshot_file.scan(folder, path) if rows > HELD else snapshot_file.held(folder, path, COLUMNS).lazy()
