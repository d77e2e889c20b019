"""Where follower lists are found: the lake, and the registry that says which of its files is a capture's."""

from dataclasses import dataclass
from pathlib import Path

from intel_pipeline.warehouse.landing.finished import Finished


@dataclass(frozen=True, slots=True)
class Lake:
    """The folder of snapshots, and where it is looked up which of them is a capture's.

    `compared`: what lists differ by may be taken as it was found at the capture.
    """

    folder: Path
    registry: Finished
    compared: bool = True
