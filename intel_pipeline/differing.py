"""Finding out at the capture what a complete follower list differs by from the one before, while nobody waits for it."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    from intel_pipeline.changes.places import Listing

log = logging.getLogger(__name__)


def keep_latest_difference(lake: Path, captures: Captures, target: str, snapshot: str) -> None:
    """Keep what a target's complete list, in `snapshot`, differs by from the last complete one, if there is one."""
    before = captures.since_complete(target, "followers", 1)[:1]
    if before and before[0].verdict == "complete":
        keep_difference(lake, before[0], snapshot)


def keep_difference(lake: Path, before: Capture, snapshot: str) -> None:
    """Keep what the list in `snapshot` differs by from that of the complete capture `before`.

    Nothing is kept where either cannot be read: who asks compares, and says so.
    """
    from intel_pipeline.changes.comparison import SHOWN, compared, compared_at_places
    from intel_pipeline.changes.differences import difference_of
    from intel_pipeline.contracts.attributes import ATTRIBUTES
    from intel_pipeline.lake.snapshots import HELD

    paths = (str(before.snapshot), snapshot)
    try:
        if max(snapshot_file.counted(lake, path) for path in paths) <= HELD:
            earlier, later = listing(lake, paths[0], SHOWN), listing(lake, paths[1], [*SHOWN, *ATTRIBUTES[1:]])
            found = compared_at_places(earlier, later)
        else:
            scans = snapshot_file.scan(lake, paths[0]), snapshot_file.scan(lake, paths[1])
            with snapshot_file.reading(lake, *paths):
                found = compared([scans], ATTRIBUTES[1:])
    except DamagedFileError as error:
        log.warning("%s; what differs from it is not kept", error.problem)
        return
    longer = found.arrived.height - found.missing.height
    difference_file.write(lake, Against(before.capture_id, longer), snapshot, difference_of(found))


def listing(lake: Path, snapshot: str, columns: Sequence[str]) -> "Listing":
    """Return the list in a snapshot with its numbers alone: of its texts, `columns` are read of those who differ."""
    from intel_pipeline.changes.places import Listing
    from intel_pipeline.contracts.attributes import FINGERPRINT

    numbers = snapshot_file.held(lake, snapshot, ["user_id", "position"])
    return Listing(
        keys=numbers["user_id"].to_numpy(),
        fingerprints=numbers[FINGERPRINT].to_numpy(),
        positions=numbers["position"].to_numpy(),
        rows=lambda places: snapshot_file.rows_at(lake, snapshot, places, columns),
    )
