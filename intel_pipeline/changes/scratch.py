"""Room for numbers that are worked with over and over."""

from math import prod
from threading import local
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# Numbers that are held at once of all targets together, 8 bytes each and several times over.
HELD = 500_000
# They are held for the way forward and the way back.
BOTH = 2


class Scratch(local):
    """Room to work in that is used again: new memory has to be cleared first, which takes as long as all that is done in it."""

    def __init__(self) -> None:
        """Have no room yet."""
        self.rooms: dict[str, Array] = {}

    def room(self, name: str, shape: tuple[int, ...]) -> "Array":
        """Return an array with whatever is in it, which lasts until the next one of this name is asked for."""
        import numpy as np

        size = prod(shape)
        if size > BOTH * HELD:
            return np.empty(shape)
        if name not in self.rooms or self.rooms[name].size < size:
            self.rooms[name] = np.empty(size)
        return self.rooms[name][:size].reshape(shape)


SCRATCH = Scratch()
