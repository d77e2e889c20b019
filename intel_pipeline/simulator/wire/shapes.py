"""The JSON shapes of people, profiles and posts that several routes share."""

from datetime import datetime
from typing import Any

from intel_pipeline.simulator.people import Person
from intel_pipeline.simulator.posts import IMAGE, SIDECAR, VIDEO, Post
from intel_pipeline.simulator.profiles import Profile
from intel_pipeline.simulator.wire.visit import Visit

FILES = "https://scontent.cdninstagram.com/v"
PRODUCTS = {IMAGE: "feed", VIDEO: "clips", SIDECAR: "carousel_container"}


def picture(user_id: int, *, has_picture: bool, size: int = 150) -> str:
    """Return the address of a profile picture; everybody without one shares the same."""
    return f"{FILES}/t51.2885-19/{user_id * 7919 if has_picture else 44884218345}_s{size}x{size}.jpg"


def user(person: Person) -> dict[str, Any]:
    """Return a person as the REST lists show them."""
    number = str(person.id)
    shown: dict[str, Any] = {
        "pk": number,
        "pk_id": number,
        "username": person.username,
        "full_name": person.full_name,
        "is_private": person.is_private,
        "fbid_v2": str(17_841_400_000_000_000 + person.id),
        "third_party_downloads_enabled": 0,
        "strong_id__": number,
    }
    if person.has_picture:
        shown["profile_pic_id"] = f"{person.id * 31_337}_{number}"
    return shown | {
        "profile_pic_url": picture(person.id, has_picture=person.has_picture),
        "is_verified": person.is_verified,
        "has_anonymous_profile_picture": not person.has_picture,
        "account_badges": [],
        "latest_reel_media": 0,
    }


def owner(profile: Profile) -> dict[str, Any]:
    """Return a profile as its posts and the search show it."""
    return {
        "pk": str(profile.id),
        "id": str(profile.id),
        "username": profile.username,
        "full_name": profile.full_name,
        "is_private": profile.is_private,
        "is_verified": profile.is_verified,
        "profile_pic_url": picture(profile.id, has_picture=profile.has_picture),
    }


def profile_details(visit: Visit, profile: Profile) -> dict[str, Any]:
    """Return a profile as the GraphQL query for it shows it to the viewer."""
    viewer = visit.viewer
    return owner(profile) | {
        "biography": profile.biography,
        "external_url": profile.external_url,
        "media_count": profile.posts,
        "follower_count": profile.followers,
        "following_count": profile.followees,
        "is_business": profile.is_business,
        "category": profile.category,
        "hd_profile_pic_url_info": {"url": picture(profile.id, has_picture=profile.has_picture, size=1080)},
        "friendship_status": {
            "following": viewer is not None and visit.world.follows(viewer, profile),
            "followed_by": False,
            "blocking": False,
            "incoming_request": False,
            "outgoing_request": False,
        },
    }


def media(post: Post, profile: Profile, at: datetime) -> dict[str, Any]:
    """Return a post of `profile` as timeline, post page and iPhone show it."""
    caption = {"pk": str(post.pk + 1), "text": post.caption, "created_at": int(post.taken_at.timestamp())}
    return {
        "pk": str(post.pk),
        "id": f"{post.pk}_{profile.id}",
        "code": post.code,
        "media_type": post.kind,
        "product_type": PRODUCTS[post.kind],
        "taken_at": int(post.taken_at.timestamp()),
        "has_liked": False,
        "like_count": post.likes_at(at),
        "comment_count": post.comments_at(at),
        "like_and_view_counts_disabled": False,
        "title": None,
        "accessibility_caption": None if post.kind == VIDEO else f"Photo by {profile.full_name or profile.username}.",
        "caption": None if post.caption is None else caption,
        "caption_is_edited": False,
        "is_paid_partnership": False,
        "coauthor_producers": [],
        "timeline_pinned_user_ids": [],
        "usertags": None,
        "location": _location(post),
        "user": owner(profile),
        "owner": owner(profile),
        "carousel_media_count": post.pictures or None,
        "carousel_media": [_picture_of(post, number) for number in range(post.pictures)] or None,
        **_files(post, 0),
        **_video(post, at),
    }


def _files(post: Post, number: int) -> dict[str, Any]:
    sizes = ((1080, 1350), (640, 800), (240, 300))
    address = f"{FILES}/t51.2885-15/{post.pk}_{number}"
    candidates = [{"width": width, "height": height, "url": f"{address}_{width}.jpg"} for width, height in sizes]
    return {"image_versions2": {"candidates": candidates}, "original_width": 1080, "original_height": 1350}


def _picture_of(post: Post, number: int) -> dict[str, Any]:
    return {"pk": str(post.pk + 1 + number), "media_type": IMAGE, "accessibility_caption": None, **_files(post, number)}


def _video(post: Post, at: datetime) -> dict[str, Any]:
    if post.kind != VIDEO:
        return {"video_versions": None, "video_duration": None, "view_count": None, "play_count": None}
    versions = [{"type": 101, "width": 720, "height": 1280, "url": f"{FILES}/t50.2886-16/{post.pk}.mp4"}]
    views = post.views_at(at)
    return {
        "video_versions": versions,
        "video_duration": 5 + post.pk % 55,
        "view_count": views,
        "play_count": views * 6 // 5,
    }


def _location(post: Post) -> dict[str, Any] | None:
    if post.place is None:
        return None
    number = 100_000 + sum(map(ord, post.place))
    slug = post.place.lower().replace(" ", "-")
    shown = {"pk": number, "id": str(number), "name": post.place, "slug": slug, "has_public_page": True}
    return shown | {"lat": 50 + number % 10, "lng": 10 + number % 7}
