"""Profiles as data: by name for who is logged out, by id for everybody, and what the search finds."""

from typing import Any

from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.wire import shapes
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, please_log_in, refusal
from intel_pipeline.simulator.wire.visit import Visit


def by_name(visit: Visit) -> Reply:
    """Answer `web_profile_info`: the profile in the older GraphQL shape, or 404 without a user."""
    profile = visit.named(visit.call.query.get("username", ""))
    if profile is None:
        return json_reply({"data": {"user": None}, "status": "ok"}, 404)
    return json_reply({"data": {"user": _legacy(profile)}, "status": "ok"})


def for_viewer(visit: Visit) -> Reply:
    """Answer the profile with an id to somebody logged in, with what it is to the viewer."""
    return please_log_in() if visit.viewer is None else _by_id(visit, {"status": "ok"})


def for_anybody(visit: Visit) -> Reply:
    """Answer the profile with an id to a page of the web app, logged in or out; without a status."""
    return _by_id(visit, {})


def search(visit: Visit) -> Reply:
    """Answer whose usernames start with the text that is looked for."""
    found = (visit.world.profile(user_id) for user_id in visit.world.search(visit.call.query.get("query", "").lower()))
    users = [{"position": place, "user": shapes.owner(profile)} for place, profile in enumerate(found) if profile]
    return json_reply({"users": users, "places": [], "hashtags": [], "has_more": False, "status": "ok"})


def similar(visit: Visit) -> Reply:
    """Answer that nobody is like this profile."""
    if visit.viewer is None:
        return please_log_in()
    return json_reply({"data": {"user": {"edge_chaining": {"edges": []}}}, "status": "ok"})


def iphone_info(visit: Visit) -> Reply:
    """Answer the profile with an id to the iPhone app, which asks for the large picture."""
    if visit.viewer is None:
        return refusal(403, "login_required", logout_reason=1)
    profile = visit.numbered(visit.part)
    if profile is None:
        return refusal(404, "User not found")
    return json_reply({"user": shapes.profile_details(visit, profile), "status": "ok"})


def _by_id(visit: Visit, status: dict[str, str]) -> Reply:
    profile = visit.numbered(visit.variables.get("id", ""))
    user = None if profile is None else shapes.profile_details(visit, profile)
    return json_reply({"data": {"user": user}, "extensions": {"is_final": True}, **status})


def _legacy(profile: Profile) -> dict[str, Any]:
    nothing: dict[str, Any] = {"page_info": {"has_next_page": False, "end_cursor": None}, "edges": []}
    return {
        "id": str(profile.id),
        "username": profile.username,
        "full_name": profile.full_name,
        "biography": profile.biography,
        "external_url": profile.external_url,
        "is_private": profile.is_private,
        "is_verified": profile.is_verified,
        "is_business_account": profile.is_business,
        "business_category_name": profile.category,
        "edge_followed_by": {"count": profile.followers},
        "edge_follow": {"count": profile.followees},
        "edge_owner_to_timeline_media": {"count": profile.posts, **nothing},
        "edge_felix_video_timeline": {"count": 0, **nothing},
        "followed_by_viewer": False,
        "follows_viewer": False,
        "blocked_by_viewer": False,
        "has_blocked_viewer": False,
        "has_requested_viewer": False,
        "requested_by_viewer": False,
        "profile_pic_url": shapes.picture(profile.id, has_picture=profile.has_picture),
        "profile_pic_url_hd": shapes.picture(profile.id, has_picture=profile.has_picture, size=1080),
    }
