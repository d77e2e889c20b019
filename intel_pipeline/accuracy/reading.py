"""Reading a simulated follower list as a capture does, page by page, without a wire in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from intel_pipeline.capture.listing import distinct, evidence_of, read_list
from intel_pipeline.capture.verdict import Evidence
from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.listing import ListedPage
from intel_pipeline.simulator.reading import listing
from intel_pipeline.simulator.world import World

if TYPE_CHECKING:
    import polars as pl

SECONDS_PER_REQUEST = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A list as it was read: `rows`, one per follower and sorted by `user_id`, and the counts beside it."""

    evidence: Evidence
    rows: "pl.DataFrame"
    started_at: datetime
    finished_at: datetime


def read(world: World, clock: VirtualClock, target_id: int) -> Reading | None:
    """Read the target's list now, which takes its time on `clock`; None where the target cannot be seen."""
    profile = world.profile(target_id)
    if profile is None or profile.is_private:
        return None
    started_at = clock.now()
    found = read_list(pages(world, clock, target_id))
    finished_at = clock.now()
    clock.sleep(SECONDS_PER_REQUEST)
    rows = distinct(found)
    evidence = evidence_of(found, rows, profile.followers, world.reported_followers(target_id))
    return Reading(evidence, rows, started_at, finished_at)


def pages(world: World, clock: VirtualClock, target_id: int) -> Iterator[tuple[FollowerPage, datetime]]:
    """Yield the pages of a new listing, each with its moment."""
    for page in listing(world, target_id):
        yield follower_page(page), clock.now()
        clock.sleep(SECONDS_PER_REQUEST)


def follower_page(page: ListedPage) -> FollowerPage:
    """Return a page as the ways of reading Instagram yield it."""
    people = page.people
    return FollowerPage(
        user_ids=[person.id for person in people],
        usernames=[person.username for person in people],
        full_names=[person.full_name for person in people],
        private=[person.is_private for person in people],
        verified=[person.is_verified for person in people],
        next_cursor=None if page.next_cursor is None else "/".join(map(str, page.next_cursor)),
        limited=page.limited,
    )
