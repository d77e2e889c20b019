from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TypedDict, Unpack

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.fault_names import with_faults
from intel_pipeline.simulator.listing import ListedPage, ListingCursor
from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World

VIEWER = ViewerSpec("plain.viewer", "plain-secret")
SPEC = TargetSpec(label="only", username="lamp.lighter", followers=300, rest_days=1.0)


class Changes(TypedDict, total=False):
    followers: int
    follows_per_day: float
    leaves_per_day: float
    renames_per_day: float
    returns_per_day: float
    rest_days: float
    shared: float
    away_days: float


STILL: Changes = {"follows_per_day": 0.0, "leaves_per_day": 0.0, "renames_per_day": 0.0, "returns_per_day": 0.0}


def misleading_world(clock: VirtualClock, faults: dict[str, float], **changes: Unpack[Changes]) -> tuple[World, int]:
    """Return a world with one target of 300 followers and the id of the target; `changes` are to its spec."""
    world = World(17, clock.now(), clock, (with_faults(replace(SPEC, **changes), faults),), (VIEWER,))
    return world, world.target_id("only")


def ids(people: Iterable[Person]) -> list[int]:
    return [person.id for person in people]


def listed(pages: Iterable[ListedPage]) -> list[int]:
    return [person.id for page in pages for person in page.people]


def slowly(world: World, target_id: int, clock: VirtualClock, count: int = 50) -> list[int]:
    """Read a listing with ten seconds between two pages."""
    read: list[int] = []
    cursor: ListingCursor | None = None
    while True:
        page = world.listing_page(target_id, count, cursor)
        read += ids(page.people)
        cursor = page.next_cursor
        if cursor is None:
            return read
        clock.advance(timedelta(seconds=10))
