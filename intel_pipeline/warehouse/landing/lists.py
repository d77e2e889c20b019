"""Where follower lists are found: the lake, and the registry that says which of its files is a capture's."""

from dataclasses import dataclass
from pathlib import Path

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.contracts.attributes import ATTRIBUTES, FINGERPRINT
from intel_pipeline.warehouse.landing.finished import Finished

# What is compared of a list, and what more is wanted of the later one.
COMPARED = [*MEMBER.names(), FINGERPRINT]
SHOWN = [*COMPARED, *ATTRIBUTES[1:]]


@dataclass(frozen=True, slots=True)
class Lake:
    """The folder of snapshots, and where it is looked up which of them is a capture's.

    `compared`: what lists differ by may be taken as it was found at the capture.
    """

    folder: Path
    registry: Finished
    compared: bool = True
