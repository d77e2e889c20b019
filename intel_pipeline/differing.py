"""Finding out at the capture what a complete follower list differs by from the one before, while nobody waits for it."""

import logging
from pathlib import Path

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture

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
    from intel_pipeline.changes.comparison import MEMBER, narrowed
    from intel_pipeline.changes.differences import SHOWN, difference_of
    from intel_pipeline.contracts.attributes import ATTRIBUTES
    from intel_pipeline.lake.snapshots import HELD

    paths = str(before.snapshot), snapshot
    try:
        earlier = snapshot_file.table(lake, paths[0], MEMBER.names(), HELD)
        later = snapshot_file.table(lake, paths[1], SHOWN.names(), HELD)
        with snapshot_file.reading(lake, *paths):
            if earlier is None or later is None:
                scans = snapshot_file.scan(lake, paths[0]), snapshot_file.scan(lake, paths[1])
                rows = narrowed([scans], ATTRIBUTES[1:])
                earlier, later = (one.rename({"key": "user_id"}).to_arrow() for one in rows)
            found = difference_of(earlier, later)
    except DamagedFileError as error:
        log.warning("%s; what differs from it is not kept", error.problem)
        return
    difference_file.write(lake, Against(before.capture_id, later.num_rows - earlier.num_rows), snapshot, found)
