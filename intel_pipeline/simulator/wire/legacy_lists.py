"""The follower lists by query hash, as the live service answers them since September 2026: counted, but empty."""

from collections.abc import Callable

from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit

LARGEST_PAGE = 50


def followers(visit: Visit) -> Reply:
    """Answer the right number of followers, and none of them."""
    return _empty(visit, "edge_followed_by", lambda profile: profile.followers)


def followees(visit: Visit) -> Reply:
    """Answer the right number of followees, and none of them."""
    return _empty(visit, "edge_follow", lambda profile: profile.followees)


def _empty(visit: Visit, edge: str, count: Callable[[Profile], int]) -> Reply:
    if visit.viewer is None:
        return please_log_in()
    first = visit.variables.get("first")
    if not isinstance(first, int) or not 0 < first <= LARGEST_PAGE:
        return refusal(400, "invalid request")
    profile = visit.numbered(visit.variables.get("id", ""))
    if profile is None:
        return json_reply({"data": {"user": None}, "status": "ok"})
    page_info = {"has_next_page": False, "end_cursor": None}
    connection = {"count": count(profile), "page_info": page_info, "edges": []}
    return json_reply({"data": {"user": {edge: connection}}, "status": "ok"})
