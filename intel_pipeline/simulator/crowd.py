"""Those who follow a target, as a history is written: who there is to draw from, and at which place each of them is."""

import random
from collections.abc import Sequence

from intel_pipeline.simulator.people import Resident


class Crowd:
    """Those who follow at the moment that a history has been written up to, with their places."""

    def __init__(self, founders: Sequence[Resident]) -> None:
        """Begin with `founders`, oldest first, at the places 1, 2, ..."""
        self._members = list(founders)
        self._index = {resident.id: index for index, resident in enumerate(founders)}
        self._places = {resident.id: place for place, resident in enumerate(founders, 1)}
        self._last_place = len(founders)

    def __contains__(self, resident: Resident) -> bool:
        """Whether `resident` follows."""
        return resident.id in self._index

    def __len__(self) -> int:
        """Return how many follow."""
        return len(self._members)

    def any_of(self, rng: random.Random, count: int) -> list[Resident]:
        """Return up to `count` different members, drawn from `rng`."""
        drawn = {int(rng.random() * len(self._members)): None for _ in range(count if self._members else 0)}
        return [self._members[index] for index in drawn]

    def add(self, resident: Resident) -> int:
        """Let `resident` follow; return the place."""
        self._last_place += 1
        self.restore(resident, self._last_place)
        return self._last_place

    def restore(self, resident: Resident, place: int) -> None:
        """Let `resident` have `place`, which `remove` gave back, again."""
        self._index[resident.id] = len(self._members)
        self._members.append(resident)
        self._places[resident.id] = place

    def place_of(self, resident: Resident) -> int:
        """Return the place of a member."""
        return self._places[resident.id]

    def remove(self, resident: Resident) -> int:
        """Let `resident` leave; return the place that is empty now."""
        index, last = self._index.pop(resident.id), self._members.pop()
        if last is not resident:
            self._members[index] = last
            self._index[last.id] = index
        return self._places.pop(resident.id)
