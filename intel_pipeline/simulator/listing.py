"""One listing: the follower list as a client is shown it from the first page to the last, and what may be wrong with it.

Everything about a listing follows from the world's seed, the target and the moment of the first page. Cursors carry
that moment, so that nothing has to be remembered between two pages.
"""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple

from intel_pipeline.simulator import chance
from intel_pipeline.simulator.people import Person, Resident
from intel_pipeline.simulator.specs import TargetSpec

OVERLAP = 5


class ListingCursor(NamedTuple):
    """Where a listing goes on: with page number `page`, the first being 0, and who comes before the place `before`.

    `listing` is the moment of the first page, in milliseconds since 1970.
    """

    listing: int
    page: int
    before: int


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page: people as they are now, where the next page is (None: the list is over), and what it says of itself."""

    people: list[Person]
    next_cursor: ListingCursor | None
    limited: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Who is shown: `places`, ascending, and who has each.

    `duplicated`, `emptied` and `repeating` say where between the first page (0) and the last (1) that befalls a page.
    """

    places: Sequence[int]
    residents: Sequence[Resident]
    limited: bool = False
    overlapping: bool = False
    duplicated: float | None = None
    emptied: float | None = None
    repeating: float | None = None

    def page(self, count: int, cursor: ListingCursor) -> tuple[list[Resident], ListingCursor | None]:
        """Return the `count` at `cursor`, newest first, and the cursor of the page after it, or None."""
        end = bisect_left(self.places, cursor.before)
        begin = max(0, end - count)
        shown = self.residents[begin:end]
        following = ListingCursor(cursor.listing, cursor.page + 1, self.places[begin]) if end else None
        if self._is(self.duplicated, cursor.page, count):
            shown = self.residents[end : end + count]
        elif self.overlapping and cursor.page:
            shown = self.residents[begin : end + OVERLAP]
        if self._is(self.repeating, cursor.page, count):
            return list(reversed(shown)), cursor
        if self._is(self.emptied, cursor.page, count):
            return [], following
        return list(reversed(shown)), following if begin else None

    def _is(self, where: float | None, page: int, count: int) -> bool:
        pages = -(-len(self.places) // count)
        return where is not None and pages > 1 and page == 1 + int(where * max(1, pages - 2))


def drawn(spec: TargetSpec, salt: int, listing: int, places: Sequence[int], residents: Sequence[Resident]) -> Listing:
    """Return what the listing begun at `listing` shows of those who can be listed; `salt` is the target's."""
    own = chance.salt(salt, "listing", listing)
    rng = random.Random(own)
    faults = (spec.deaths, spec.limits[0], spec.overlaps, spec.duplications, spec.empty_pages, spec.repeated_cursors)
    dead, limited, overlapping, *paged = (rng.random() < fault for fault in faults)
    wheres = [where if befalls else None for befalls, where in zip(paged, [rng.random() for _ in paged], strict=True)]
    if dead:
        return Listing((), ())
    if spec.flickering_share:
        places, residents = _flickering(spec, salt, own, places, residents)
    if limited:
        share = spec.limits[1] * chance.WORD
        kept = [number < share for number in chance.mixed(_ids(residents), own ^ 1)]
        places, residents = list(compress(places, kept)), list(compress(residents, kept))
    if spec.order == "shuffled":
        mixed = sorted(zip(chance.mixed(_ids(residents), own ^ 2), residents, strict=True), key=lambda pair: pair[0])
        places, residents = [place for place, _ in mixed], [resident for _, resident in mixed]
    for probability, share in spec.cuts:
        if rng.random() < probability:
            missing = len(places) - int(len(places) * share)
            places, residents = places[missing:], residents[missing:]
    return Listing(places, residents, limited, overlapping, *wheres)


def _flickering(
    spec: TargetSpec, salt: int, own: int, places: Sequence[int], residents: Sequence[Resident]
) -> tuple[Sequence[int], Sequence[Resident]]:
    ids = _ids(residents)
    prone, missing = spec.flickering_share * chance.WORD, spec.flickering_chance * chance.WORD
    among = [number < prone for number in chance.mixed(ids, salt ^ 3)]
    flickers = dict(zip(compress(ids, among), chance.mixed(compress(ids, among), own ^ 3), strict=True))
    kept = [flickers.get(number, missing) >= missing for number in ids]
    return list(compress(places, kept)), list(compress(residents, kept))


def _ids(residents: Sequence[Resident]) -> list[int]:
    return [resident.id for resident in residents]
