"""Where in two lists that differs which they differ by, found by their numbers alone: no text is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

# So many of the earlier list's first entries tell in which order a list is kept.
HEAD = 100
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Listing:
    """The lists of one side of one case or of many, one after the other, each sorted by id.

    `keys`: of each row its case and id as one number. `positions`: counted from the top of the list, NaN where that is
    not known. `rows`: returns the rows at some places, in their order.
    """

    keys: NDArray[Any]
    fingerprints: NDArray[Any]
    positions: NDArray[Any]
    rows: Callable[[Places], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class DifferingPlaces:
    """Places of what differs, each array rising in its keys; those that end in `_before` in the earlier list.

    `altered` and `head` are of the same accounts as what they are called in the earlier list.
    """

    missing_before: Places
    altered_before: Places
    head_before: Places
    arrived: Places
    altered: Places
    head: Places


def differing_places(before: Listing, after: Listing) -> DifferingPlaces:
    """Return where the lists differ; ValueError where the keys of one do not rise strictly, or one of them is null."""
    for name, listing in (("before", before), ("after", after)):
        if not rises(listing.keys):
            message = f"{name} is not sorted by key"
            raise ValueError(message)
    # Two runs that rise are merged in one pass by a stable sort, and of two that are equal the earlier list's is first.
    keys = np.concatenate([before.keys, after.keys])
    order = np.argsort(keys, kind="stable")
    merged = keys[order]
    first = np.flatnonzero(merged[1:] == merged[:-1])
    both_before, both = order[first], order[first + 1] - len(before.keys)
    changed = before.fingerprints[both_before] != after.fingerprints[both]
    top = before.positions[both_before] < HEAD
    return DifferingPlaces(
        missing_before=others(both_before, len(before.keys)),
        altered_before=both_before[changed],
        head_before=both_before[top],
        arrived=others(both, len(after.keys)),
        altered=both[changed],
        head=both[top],
    )


def others(places: Places, size: int) -> Places:
    """Return all places of so many that are not among these."""
    alone = np.ones(size, dtype=bool)
    alone[places] = False
    return np.flatnonzero(alone)


def rises(keys: NDArray[Any]) -> bool:
    """Tell whether each key is greater than the one before; a null has made them floating-point numbers."""
    return keys.dtype.kind == "i" and bool((keys[1:] > keys[:-1]).all())
