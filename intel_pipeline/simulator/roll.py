"""Lists in the order of following, newest first, as they are read page by page."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intel_pipeline.simulator.people import Resident


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a list. `place` is the number of the following, counted from 1; it never changes hands.

    `count` is how many follow after it.
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
    """One list at one moment that only moves on; it is moved by applying the steps that have come due.

    `places`, ascending, and who has each of them; `applied` is the number of steps that have been.
    """

    def __init__(self, founders: Sequence[Resident]) -> None:
        """Begin with `founders`, oldest first, at the places 1, 2, ..."""
        self.places = list(range(1, len(founders) + 1))
        self.residents = list(founders)
        self.applied = 0
        self.at: datetime | None = None

    def __len__(self) -> int:
        """Return how many are on the list."""
        return len(self.places)

    def move_to(self, at: datetime, steps: Sequence[Step]) -> None:
        """Apply those of `steps` (all there are, in order) that have happened by `at`."""
        while self.applied < len(steps) and steps[self.applied].at <= at:
            step = steps[self.applied]
            index = bisect_left(self.places, step.place)
            if step.joined:
                self.places.insert(index, step.place)
                self.residents.insert(index, step.resident)
            else:
                del self.places[index], self.residents[index]
            self.applied += 1
        self.at = at

    def newest_first(self) -> list[Resident]:
        """Return everybody."""
        return self.residents[::-1]

    def page(self, count: int, before: int | None) -> Page:
        """Return the `count` newest of those who came before the place `before`; None starts at the top.

        A place stays good when its holder has left, so no page repeats or skips anybody because of what happened
        between two requests.
        """
        end = len(self.places) if before is None else bisect_left(self.places, before)
        begin = max(0, end - count)
        return Page(self.residents[begin:end][::-1], self.places[begin] if begin > 0 else None)
