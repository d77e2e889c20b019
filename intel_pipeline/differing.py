"""Finding out at the capture what a complete follower list differs by from the one before, while nobody waits for it."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import difference_file, snapshot_file
from intel_pipeline.lake.difference_file import Against
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger(__name__)


def keep_difference(lake: Path, before: Capture, snapshot: str) -> None:
    """Keep what the list in `snapshot` differs by from that of the complete capture `before`.

    Nothing is kept where either cannot be read: who asks compares, and says so.
    """
    from intel_pipeline.changes.comparison import MEMBER, compared
    from intel_pipeline.changes.differences import difference_of
    from intel_pipeline.contracts.attributes import ATTRIBUTES
    from intel_pipeline.lake.snapshots import lists_at

    paths = (str(before.snapshot), snapshot)
    try:
        rows = {path: snapshot_file.counted(lake, path) for path in paths}
        lists = lists_at(lake, rows, [*MEMBER, *ATTRIBUTES[1:]])
        earlier, later = (trusted(lists[path]) for path in paths)
        with snapshot_file.reading(lake, *paths):
            found = compared([(earlier, later)], ATTRIBUTES[1:])
    except DamagedFileError as error:
        log.warning("%s; what differs from it is not kept", error.problem)
        return
    longer = found.arrived.height - found.missing.height
    difference_file.write(lake, Against(before.capture_id, longer), snapshot, difference_of(found))


def trusted(listed: "pl.DataFrame | pl.LazyFrame | DamagedFileError") -> "pl.DataFrame | pl.LazyFrame":
    """Return a list; raise why it cannot be read."""
    if isinstance(listed, DamagedFileError):
        raise listed
    return listed
