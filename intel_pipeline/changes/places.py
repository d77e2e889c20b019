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
    missing, arrived = only_in_one(before.keys, after.keys)
    altered_before, altered = shown_otherwise((before.fingerprints, missing), (after.fingerprints, arrived))
    head_before, head = heads(before, after)
    return DifferingPlaces(
        missing_before=missing,
        altered_before=altered_before,
        head_before=head_before,
        arrived=arrived,
        altered=altered,
        head=head,
    )


def only_in_one(before: NDArray[Any], after: NDArray[Any]) -> tuple[Places, Places]:
    """Return the places in `before` of keys that are not in `after`, and the other way round; both rise strictly."""
    # Two runs that rise are merged in one pass by a stable sort.
    keys = np.concatenate([before, after])
    keys.sort(kind="stable")
    other = np.ones(len(keys) + 1, dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=other[1:-1])
    among_all = np.flatnonzero(other[1:] & other[:-1])
    alone = keys[among_all]
    places = np.searchsorted(before, alone)
    missing = np.searchsorted(before, alone, side="right") > places
    # Ahead of a key come those of `before` that are less, and of the others those of `after`.
    return places[missing], (among_all - places)[~missing]


def shown_otherwise(before: tuple[NDArray[Any], Places], after: tuple[NDArray[Any], Places]) -> tuple[Places, Places]:
    """Return the places, in either list, of those in both whose fingerprints differ.

    `before`, `after`: the fingerprints of a list, and at which of its places there are those who are in it only. All
    others are in the same order in both.
    """
    (shown, missing), (shown_now, arrived) = before, after
    changed = np.flatnonzero(np.delete(shown, missing) != np.delete(shown_now, arrived))
    return with_those_left_out(changed, missing), with_those_left_out(changed, arrived)


def with_those_left_out(places: Places, left_out: Places) -> Places:
    """Return what `places`, counted without those at the places `left_out`, are where all are counted; both rise."""
    return places + np.searchsorted(left_out - np.arange(len(left_out)), places, side="right")


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
