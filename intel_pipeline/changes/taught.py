"""What a capture of a history taught, of many followers at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from intel_pipeline.changes.standing import Case

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


class Said(NamedTuple):
    """What a capture taught of some followers, as in FOLLOWER_CHANGE."""

    kind: str
    state: str
    first_capture_id: str
    not_before: datetime
    not_after: datetime
    absences: int | None = None
    needed: int | None = None
    reason: str | None = None


# By what is said, of whom, and which names those who are renamed had.
Told = dict[Said, list[tuple["Array", Sequence[str]]]]


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson of the capture at a place `at` in its history, and of whom; of those renamed by which names before."""

    at: int
    before: str
    said: Said
    followers: "Array"
    names: Sequence[str] = ()

    def __reduce__(self) -> tuple[type["Taught"], tuple[object, ...]]:
        """Go to another process as what it is made of: by the names of its fields takes as long as all the rest."""
        return Taught, (self.at, self.before, self.said, self.followers, self.names)


def renamed_at(case: Case, since: datetime) -> Said:
    """Return what is said of those who were renamed between a moment and the capture of a case."""
    return Said("renamed", "confirmed", case.capture.capture_id, since, case.capture.finished_at)
