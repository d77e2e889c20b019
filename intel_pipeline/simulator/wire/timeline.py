"""Posts of a profile, page by page: in full for who is logged in, as bare codes for who is not."""

from typing import Any

from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.wire import shapes
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, number_of, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit

DEFAULT_PAGE, LARGEST_PAGE = 12, 50


def posts(visit: Visit) -> Reply:
    """Answer a page of posts to somebody logged in; empty for a profile that the viewer may not look at."""
    if visit.viewer is None:
        return please_log_in()
    first, after = visit.variables.get("first", DEFAULT_PAGE), visit.variables.get("after")
    profile = visit.named(visit.variables.get("username", ""))
    if not _is_page_length(first):
        return refusal(400, "invalid request")
    connection: dict[str, Any] | None = None
    if profile is not None:
        page = _page(visit, profile, first, after)
        if page is None:
            return refusal(400, "invalid cursor")
        shown, more = page
        edges = [{"node": _node(visit, post, profile), "cursor": ""} for post in shown]
        connection = {"edges": edges, "page_info": _page_info(profile, shown, more=more)}
    viewer = {"user": {"id": str(visit.viewer_id)}}
    data = {"xdt_api__v1__feed__user_timeline_graphql_connection": connection, "xdt_viewer": viewer}
    return json_reply({"data": data, "extensions": {"is_final": True}})


def more_codes(visit: Visit) -> Reply:
    """Answer a further page of codes, asked for by the page id of a profile."""
    page_id = visit.variables.get("id")
    profiles = (visit.world.profile(user_id) for user_id in visit.world.labels.values())
    profile = next((profile for profile in profiles if profile and str(profile.page_id) == str(page_id)), None)
    if profile is None:
        return json_reply({"data": {"node": None}, "extensions": {"is_final": True}})
    page = codes(visit, profile, visit.variables.get("after"))
    if page is None or not _is_page_length(visit.variables.get("first", DEFAULT_PAGE)):
        return refusal(400, "invalid cursor")
    node = {"__typename": "XIGUser", "id": str(page_id), "polaris_ordered_timeline_connection": page}
    return json_reply({"data": {"node": node}, "extensions": {"is_final": True}})


def codes(visit: Visit, profile: Profile, after: str | None) -> dict[str, Any] | None:
    """Return a page of codes as somebody logged out sees it, or None for a cursor that is not one of this profile's."""
    page = _page(visit, profile, DEFAULT_PAGE, after, logged_out=True)
    if page is None:
        return None
    shown, more = page
    edges = [{"node": {"code": post.code, "pk": str(post.pk)}, "cursor": ""} for post in shown]
    return {"edges": edges, "page_info": _page_info(profile, shown, more=more)}


def _node(visit: Visit, post: Post, profile: Profile) -> dict[str, Any]:
    return shapes.media(post, profile, visit.now) | {"__typename": "XDTMediaDict"}


def _page(
    visit: Visit, profile: Profile, first: int, after: str | None, *, logged_out: bool = False
) -> tuple[list[Post], bool] | None:
    visible = not profile.is_private if logged_out else visit.may_see(profile)
    everything = visit.world.posts_of(profile.id) if visible and visit.world.is_target(profile.id) else []
    below = _below(profile, after)
    if below == 0:
        return None
    older = everything if below is None else [post for post in everything if post.pk < below]
    return older[:first], len(older) > first


def _below(profile: Profile, after: str | None) -> int | None:
    """Return the media id that a cursor points at; None is the top, and 0 no cursor of this profile."""
    if after is None:
        return None
    pk, _, user_id = str(after).partition("_")
    return number_of(pk) or 0 if user_id == str(profile.id) else 0


def _page_info(profile: Profile, shown: list[Post], *, more: bool) -> dict[str, Any]:
    cursor = f"{shown[-1].pk}_{profile.id}" if more else None
    return {"end_cursor": cursor, "has_next_page": more, "has_previous_page": False, "start_cursor": None}


def _is_page_length(first: object) -> bool:
    return isinstance(first, int) and 0 < first <= LARGEST_PAGE
