"""Where in two lists that differs which they differ by, found by their numbers alone: no text is looked at."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

# So many of the earlier list's first entries tell in which order a list is kept.
HEAD = 100
# Greater than every id: case and id make one number, by which the rows of all cases are sorted.
BEYOND = 2**37
Places = NDArray[np.intp]
# Rows as whoever compares has them and wants them: a frame, or a table of Arrow's.
Rows = TypeVar("Rows")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Rows]):
    """The lists of one side of one case or of many, one after the other, each sorted by id.

    `keys`: of each row its case and id as one number. `positions`: counted from the top of the list, NaN where that is
    not known. `rows`: what else there is of each.
    """

    keys: NDArray[Any]
    fingerprints: NDArray[Any]
    positions: NDArray[Any]
    rows: Rows


@dataclass(frozen=True, slots=True)
class DifferingPlaces:
    """Places of what differs; those that end in `_before` in the earlier list.

    `altered` and `head` are of the same accounts as what they are called in the earlier list. The head of each case is
    in the order of its later list, and all else rises in its keys.
    """

    missing_before: Places
    altered_before: Places
    head_before: Places
    arrived: Places
    altered: Places
    head: Places


def differing_places(before: Listing[Any], after: Listing[Any]) -> DifferingPlaces:
    """Return where the lists differ; ValueError where the keys of one do not rise strictly, or one of them is null."""
    for name, listing in (("before", before), ("after", after)):
        if not rises(listing.keys):
            message = f"{name} is not sorted by key"
            raise ValueError(message)
    size = len(before.keys)
    # Two runs that rise are merged in one pass by a stable sort, and of two that are equal the earlier list's is first.
    keys = np.concatenate([before.keys, after.keys])
    order = np.argsort(keys, kind="stable")
    keys, shown = keys[order], np.concatenate([before.fingerprints, after.fingerprints])[order]
    twice = keys[1:] == keys[:-1]
    changed = np.flatnonzero(twice & (shown[1:] != shown[:-1]))
    once = np.ones(len(keys), dtype=bool)
    once[1:] &= ~twice
    once[:-1] &= ~twice
    alone = order[once]
    head_before, head = heads(before, after)
    return DifferingPlaces(
        missing_before=alone[alone < size],
        altered_before=order[changed],
        head_before=head_before,
        arrived=alone[alone >= size] - size,
        altered=order[changed + 1] - size,
        head=head,
    )


def heads(before: Listing[Any], after: Listing[Any]) -> tuple[Places, Places]:
    """Return where the earlier list's first entries are in it, and in the later one, as far as they are in both."""
    top = np.flatnonzero(before.positions < HEAD)
    keys = before.keys[top]
    places, ends = np.searchsorted(after.keys, keys), np.searchsorted(after.keys, keys, side="right")
    stays = places < ends
    top, places = top[stays], places[stays]
    # Whose place is not known now comes first.
    order = np.lexsort((np.nan_to_num(after.positions[places], nan=-1), keys[stays] // BEYOND))
    return top[order], places[order]


def rises(keys: NDArray[Any]) -> bool:
    """Tell whether each key is greater than the one before; a null has made them floating-point numbers."""
    return keys.dtype.kind == "i" and bool((keys[1:] > keys[:-1]).all())
