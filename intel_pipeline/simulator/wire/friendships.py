"""The REST lists of followers and followees: what the web app itself pages through."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from intel_pipeline.simulator.listing import ListingCursor
from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.wire import shapes
from intel_pipeline.simulator.wire.exchange import JSON, Reply, number_of, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit
from intel_pipeline.simulator.world import World

DEFAULT_PAGE, LARGEST_PAGE = 12, 50
ListName = Literal["followers", "following"]
LENGTHS: dict[ListName, int] = {"followers": len(ListingCursor._fields), "following": 1}  # numbers in a cursor


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of either list; `place` is where the next one continues, or None."""

    people: list[Person]
    place: Sequence[int] | None
    limited: bool = False


Reader = Callable[[World, int, int, tuple[int, ...]], Shown]


def followers(visit: Visit) -> Reply:
    """Answer a page of followers, the newest first."""
    return _answer(visit, "followers", _followers)


def followees(visit: Visit) -> Reply:
    """Answer a page of followees, the newest first."""
    return _answer(visit, "following", _followees)


def _followers(world: World, target_id: int, count: int, place: tuple[int, ...]) -> Shown:
    page = world.listing_page(target_id, count, ListingCursor(*place) if place else None)
    return Shown(page.people, page.next_cursor, page.limited)


def _followees(world: World, target_id: int, count: int, place: tuple[int, ...]) -> Shown:
    page = world.followee_page(target_id, count, *(place or (None,)))
    now = world.now()
    next_place = None if page.next_place is None else (page.next_place,)
    return Shown([resident.at(now) for resident in page.residents], next_place)


def _answer(visit: Visit, name: ListName, read: Reader) -> Reply:
    if visit.viewer is None:
        return please_log_in()
    profile = visit.numbered(visit.part)
    if profile is None:
        return refusal(400, f"unable to fetch {name}")
    if not visit.may_see(profile):
        return refusal(400, "Not authorized to view user")
    count, cursor = number_of(visit.call.query.get("count", DEFAULT_PAGE)), visit.call.query.get("max_id", "")
    place = visit.tokens.place_of(cursor, name, profile.id) if cursor else ()
    if not count or place is None or len(place) not in (0, LENGTHS[name]):
        return refusal(400, "invalid request")
    length = min(count, LARGEST_PAGE)
    if not visit.world.is_target(profile.id):  # the lists of everybody else are not simulated, and say so
        return _page(name, Shown([], None, limited=True), "", length)
    shown = read(visit.world, profile.id, length, place)
    next_cursor = "" if shown.place is None else visit.tokens.cursor(name, profile.id, *shown.place)
    return _page(name, shown, next_cursor, length)


def _page(name: ListName, shown: Shown, cursor: str, length: int) -> Reply:
    # recorded pages say has_more false while there is more: only a missing next_max_id ends a list
    rest: dict[str, object] = {"big_list": bool(cursor), "page_size": length}
    if cursor:
        rest["next_max_id"] = cursor
    rest |= {"has_more": False, "should_limit_list_of_followers": shown.limited}
    rest["use_clickable_see_more"] = name == "followers"
    if name == "followers":
        rest["show_spam_follow_request_tab"] = False
    rest["status"] = "ok"
    users = ",".join(_person(person, name) for person in shown.people)
    written = f'{{"users":[{users}],{json.dumps(rest, separators=(",", ":"))[1:]}'
    return Reply(200, written.encode(), JSON)


@lru_cache(maxsize=65_536)  # writing fifty people takes half a millisecond, and a list is read again every day
def _person(person: Person, name: ListName) -> str:
    shown = shapes.user(person) | ({"is_favorite": False} if name == "following" else {})
    return json.dumps(shown, separators=(",", ":"))
