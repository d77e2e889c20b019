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
    from intel_pipeline.changes.comparison import compared
    from intel_pipeline.changes.differences import SHOWN, difference_of
    from intel_pipeline.contracts.attributes import ATTRIBUTES
    from intel_pipeline.lake.snapshots import lists_at, trusted

    paths = (str(before.snapshot), snapshot)
    try:
        rows = {path: snapshot_file.counted(lake, path) for path in paths}
        lists = lists_at(lake, rows, [*SHOWN])
        earlier, later = (trusted(lists[path]) for path in paths)
        with snapshot_file.reading(lake, *paths):
            found = compared([(earlier, later)], ATTRIBUTES[1:])
    except DamagedFileError as error:
        log.warning("%s; what differs from it is not kept", error.problem)
        return
    longer = found.arrived.height - found.missing.height
    difference_file.write(lake, Against(before.capture_id, longer), snapshot, difference_of(found))
