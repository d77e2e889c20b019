"""Follower lists from the lake: small ones held, so that many are compared at once; long ones read as they are needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intel_pipeline.changes.comparison import MEMBER, Listed
from intel_pipeline.contracts.attributes import FINGERPRINT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.lake.snapshots import held_all
from intel_pipeline.warehouse.landing.finished import Finished

# What is compared of a list; a longer one than so many rows is never held as a whole.
COMPARED = [*MEMBER.names(), FINGERPRINT]
HELD = 200_000


@dataclass(frozen=True, slots=True)
class Lake:
    """The folder of snapshots, and where it is looked up which of them is a capture's."""

    folder: Path
    registry: Finished


def lists_at(
    folder: Path, snapshots: Mapping[str, int], more: Sequence[str] = ()
) -> dict[str, Listed | DamagedFileError]:
    """Return by its path each list, with COMPARED and `more` at least; or why it is unusable.

    `snapshots`: paths in `folder`, and how many rows each has. A long one may turn out to be unusable only when it is
    read; see `snapshot_file.reading`.
    """
    found: dict[str, Listed | DamagedFileError] = {}
    short = [path for path, rows in snapshots.items() if rows <= HELD]
    found |= held_all(folder, short, [*COMPARED, *more])
    for path in snapshots.keys() - {*short}:
        try:
            found[path] = snapshot_file.scan(folder, path)
        except DamagedFileError as error:
            found[path] = error
    return found
