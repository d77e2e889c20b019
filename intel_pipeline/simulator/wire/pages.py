"""The HTML pages: the start page with its tokens, and the profile page that instaloader reads profiles from."""

import json
from typing import Any

from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.wire import shapes, timeline
from intel_pipeline.simulator.wire.exchange import HTML, Reply
from intel_pipeline.simulator.wire.visit import Visit

FRAME = '<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>{body}</body></html>'


def start_page(visit: Visit) -> Reply:
    """Answer the page that hands out the csrf cookie and the tokens of the web app."""
    tokens = visit.tokens.page(visit.call)
    defined: list[list[Any]] = [["LSD", [], {"token": tokens["lsd"]}, 323]]
    if "fb_dtsg" in tokens:
        defined.append(["DTSGInitialData", [], {"token": tokens["fb_dtsg"]}, 258])
    defined.append(["CurrentUserInitialData", [], {"IG_USER_EIMU": tokens["av"]}, 270])
    script = json.dumps({"define": defined}, separators=(",", ":"))
    body = f"<script>requireLazy([{script}])</script>"
    csrf = visit.call.cookies.get("csrftoken") or visit.tokens.csrf()
    cookie = f"csrftoken={csrf}; Max-Age=31449600; Domain=.instagram.com; Path=/; Secure"
    return Reply(200, FRAME.format(title="Instagram", body=body).encode(), HTML, [("Set-Cookie", cookie)])


def profile_page(visit: Visit) -> Reply:
    """Answer the page of whoever is called so: details and first posts, as somebody logged out sees them; else 404."""
    profile = visit.named(visit.part)
    if profile is None:
        return Reply(404, FRAME.format(title="Page not found", body="").encode(), HTML)
    title = f"@{profile.username}"
    body = _embedded(_details(profile)) + _embedded(_posts(visit, profile))
    return Reply(200, FRAME.format(title=title, body=body).encode(), HTML)


def _details(profile: Profile) -> dict[str, Any]:
    return shapes.owner(profile) | {
        "id": str(profile.page_id),
        "biography": profile.biography,
        "external_url": profile.external_url,
        "all_media_count": profile.posts,
        "follower_count": profile.followers,
        "following_count": profile.followees,
        "is_business": profile.is_business,
        "category": profile.category,
        "hd_profile_pic_url_info": {"url": shapes.picture(profile.id, has_picture=profile.has_picture, size=1080)},
    }


def _posts(visit: Visit, profile: Profile) -> dict[str, Any]:
    return {
        "pk": str(profile.id),
        "id": str(profile.page_id),
        "is_private": profile.is_private,
        "polaris_ordered_timeline_connection": timeline.codes(visit, profile, None),
    }


def _embedded(user: dict[str, Any]) -> str:
    result = {"complete": True, "result": {"data": {"xig_user_by_username": user}}}
    inner = [["RelayPrefetchedStreamCache", "next", [], ["key", {"__bbox": result}]]]
    script = json.dumps({"require": [["ScheduledServerJS", "handle", None, [{"__bbox": {"require": inner}}]]]})
    inside_html = script.replace("</", "<\\/")
    return f'<script type="application/json" data-sjs>{inside_html}</script>'
