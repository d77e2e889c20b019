"""Lists in the order of following, newest first, as they are read page by page."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intel_pipeline.simulator.people import Resident


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a list. `place` is the number of the following, counted from 1; it never changes hands.

    `count` is how many are on the list after it.
    """

    at: datetime
    place: int
    resident: Resident
    joined: bool
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page, newest first. `next_place` is where the next one continues, or None on the last page."""

    residents: list[Resident]
    next_place: int | None


class Roll:
    """One list at one moment that only moves on; it is moved by applying the steps that have come due."""

    def __init__(self, founders: Sequence[Resident]) -> None:
        """Begin with `founders`, oldest first, at the places 1, 2, ..."""
        self._places = list(range(1, len(founders) + 1))
        self._residents = list(founders)
        self._applied = 0
        self.at: datetime | None = None

    def __len__(self) -> int:
        """Return how many are on the list."""
        return len(self._places)

    def move_to(self, at: datetime, steps: Sequence[Step]) -> None:
        """Apply those of `steps` (all there are, in order) that have happened by `at`."""
        while self._applied < len(steps) and steps[self._applied].at <= at:
            step = steps[self._applied]
            if step.joined:
                self._places.append(step.place)
                self._residents.append(step.resident)
            else:
                index = bisect_left(self._places, step.place)
                del self._places[index], self._residents[index]
            self._applied += 1
        self.at = at

    def newest_first(self) -> list[Resident]:
        """Return everybody."""
        return self._residents[::-1]

    def page(self, count: int, before: int | None) -> Page:
        """Return the `count` newest of those who came before the place `before`; None starts at the top.

        A place stays good when its holder has left, so no page repeats or skips anybody because of what happened
        between two requests.
        """
        end = len(self._places) if before is None else bisect_left(self._places, before)
        begin = max(0, end - count)
        return Page(self._residents[begin:end][::-1], self._places[begin] if begin > 0 else None)
