"""The lists of all targets at the present moment, page by page, as they are shown."""

from datetime import datetime

from intel_pipeline.simulator import listing
from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.listing import ListedPage, Listing, ListingCursor
from intel_pipeline.simulator.roll import Roll

EVERYWHERE = 1 << 64  # above every place


class Rolls:
    """Follower lists that move on with the clock, and the last listing of each, which is a function of its roll."""

    def __init__(self) -> None:
        """Begin with none of them read."""
        self._rolls: dict[int, Roll] = {}
        self._listings: dict[int, tuple[tuple[int, int], Listing]] = {}

    def page(self, life: Life, now: datetime, count: int, cursor: ListingCursor | None) -> ListedPage:
        """Return `count` of those who are listed as followers `now`, at `cursor` or, without one, from the top."""
        if life.absent(now):
            return ListedPage([], None, limited=False)
        cursor = cursor or ListingCursor(round(now.timestamp() * 1000), 0, EVERYWHERE)
        shown = self._listing(life, now, cursor)
        residents, following = shown.page(count, cursor)
        return ListedPage([resident.at(now) for resident in residents], following, shown.limited)

    def _listing(self, life: Life, now: datetime, cursor: ListingCursor) -> Listing:
        roll = self._roll(life, now)
        if life.spec.lists_plainly:
            return Listing(roll.places, roll.residents)
        version = (cursor.listing, roll.applied)
        known = self._listings.get(life.id)
        if known is None or known[0] != version:
            known = version, listing.drawn(life.spec, life.salt, cursor.listing, roll.places, roll.residents)
            self._listings[life.id] = known
        return known[1]

    def _roll(self, life: Life, now: datetime) -> Roll:
        roll = self._rolls.get(life.id)
        if roll is None or (roll.at is not None and now < roll.at):  # a clock that went back after all
            roll = self._rolls[life.id] = Roll(life.founders)
        roll.move_to(now, life.listed_steps)
        return roll
