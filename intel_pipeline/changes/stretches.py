"""Two sorted streams beside each other, stretch by stretch, in which it is proven that they are sorted."""

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intel_pipeline.changes.places import rises

# The columns of some rows, of which the first is the key: arrays cost a tenth of frames to be cut.
Piece = tuple[NDArray[Any], ...]
Pieces = Generator[Piece, None, None]


def stretches(before: Pieces, after: Pieces) -> Iterator[tuple[Piece, Piece]]:
    """Yield the rows of both, each sorted by its key and distinct in it, in pairs of pieces.

    A pair holds all rows of both sides from one key to another, and pairs follow one another: whoever is in both sides
    is in both pieces of one pair. A piece of each side is held at a time. Raises ValueError for a side whose keys do
    not rise or are null. Both sides are closed at the end, however it comes.
    """
    with closing(before), closing(after):
        left, right = rising(before, "before"), rising(after, "after")
        earlier, later = next(left, None), next(right, None)
        while earlier and later:
            last = min(earlier[0][-1], later[0][-1])
            ends = [int(np.searchsorted(side[0], last, side="right")) for side in (earlier, later)]
            yield cut(earlier, 0, ends[0]), cut(later, 0, ends[1])
            earlier = cut(earlier, ends[0]) if ends[0] < len(earlier[0]) else next(left, None)
            later = cut(later, ends[1]) if ends[1] < len(later[0]) else next(right, None)
        for rest in chain([earlier] if earlier else [], left):
            yield rest, cut(rest, 0, 0)
        for rest in chain([later] if later else [], right):
            yield cut(rest, 0, 0), rest


def rising(pieces: Pieces, name: str) -> Iterator[Piece]:
    """Yield the pieces that have rows; ValueError where the keys do not rise strictly."""
    last = None
    for piece in pieces:
        keys = piece[0]
        if not len(keys):
            continue
        if not rises(keys) or (last is not None and keys[0] <= last):
            message = f"{name} is not sorted by key"
            raise ValueError(message)
        last = keys[-1]
        yield piece


def cut(piece: Piece, start: int, end: int | None = None) -> Piece:
    """Return the rows from one place to another."""
    return tuple(column[start:end] for column in piece)
