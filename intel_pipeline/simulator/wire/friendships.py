"""The REST lists of followers and followees: what the web app itself pages through."""

import json
from functools import lru_cache
from typing import Literal

from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.wire import shapes
from intel_pipeline.simulator.wire.exchange import JSON, Reply, number_of, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit

DEFAULT_PAGE, LARGEST_PAGE = 12, 50
ListName = Literal["followers", "following"]


def followers(visit: Visit) -> Reply:
    """Answer a page of followers, the newest first."""
    return _answer(visit, "followers")


def followees(visit: Visit) -> Reply:
    """Answer a page of followees, the newest first."""
    return _answer(visit, "following")


def _answer(visit: Visit, name: ListName) -> Reply:
    if visit.viewer is None:
        return please_log_in()
    profile = visit.numbered(visit.part)
    if profile is None:
        return refusal(400, f"unable to fetch {name}")
    if not visit.may_see(profile):
        return refusal(400, "Not authorized to view user")
    count, cursor = number_of(visit.call.query.get("count", DEFAULT_PAGE)), visit.call.query.get("max_id", "")
    before = visit.tokens.place_of(cursor, name, profile.id) if cursor else None
    if not count or (cursor and before is None):
        return refusal(400, "invalid request")
    length = min(count, LARGEST_PAGE)
    if not visit.world.is_target(profile.id):  # the lists of everybody else are not simulated, and say so
        return _page(name, [], "", length, limited=True)
    pages = visit.world.follower_page if name == "followers" else visit.world.followee_page
    page = pages(profile.id, length, before)
    next_cursor = "" if page.next_place is None else visit.tokens.cursor(name, profile.id, page.next_place)
    users = [_person(resident.at(visit.now), name) for resident in page.residents]
    return _page(name, users, next_cursor, length, limited=False)


def _page(name: ListName, users: list[str], cursor: str, length: int, *, limited: bool) -> Reply:
    # recorded pages say has_more false while there is more: only a missing next_max_id ends a list
    rest: dict[str, object] = {"big_list": bool(cursor), "page_size": length}
    if cursor:
        rest["next_max_id"] = cursor
    rest |= {"has_more": False, "should_limit_list_of_followers": limited}
    rest["use_clickable_see_more"] = name == "followers"
    if name == "followers":
        rest["show_spam_follow_request_tab"] = False
    rest["status"] = "ok"
    written = f'{{"users":[{",".join(users)}],{json.dumps(rest, separators=(",", ":"))[1:]}'
    return Reply(200, written.encode(), JSON)


@lru_cache(maxsize=65_536)  # writing fifty people takes half a millisecond, and a list is read again every day
def _person(person: Person, name: ListName) -> str:
    shown = shapes.user(person) | ({"is_favorite": False} if name == "following" else {})
    return json.dumps(shown, separators=(",", ":"))
