"""What a capture of a history taught, of many followers at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

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


class AllTaught(list[Taught]):
    """All that a history taught. It goes to another process in one piece: hundreds of small arrays take thrice as long."""

    def __reduce__(self) -> tuple[Callable[..., "AllTaught"], tuple[object, ...]]:
        """Tell by what it is made again."""
        heads = [(one.at, one.before, tuple(one.said), one.names) for one in self]
        sizes = [len(one.followers) for one in self]
        return all_taught, (heads, sizes, together(one.followers for one in self))


def all_taught(
    heads: Iterable[tuple[int, str, tuple[Any, ...], Sequence[str]]], sizes: Sequence[int], followers: "Array"
) -> AllTaught:
    """Return what was taught of so many `followers` each: the place in a history, the capture before, what, and names."""
    return AllTaught(
        Taught(at, before, Said._make(said), followers[end - size : end], names)
        for (at, before, said, names), size, end in zip(heads, sizes, accumulate(sizes), strict=True)
    )


def together(followers: "Iterable[Array]") -> "Array":
    """Return the ids of several lots of followers, one after the other."""
    import numpy as np

    return np.concatenate([np.empty(0, np.int64), *followers])


def renamed_at(case: Case, since: datetime) -> Said:
    """Return what is said of those who were renamed between a moment and the capture of a case."""
    return Said("renamed", "confirmed", case.capture.capture_id, since, case.capture.finished_at)
