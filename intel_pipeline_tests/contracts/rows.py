"""Rows that keep the contracts, to be broken one value at a time."""

from datetime import UTC, datetime
from typing import Any

PROFILE: dict[str, Any] = {
    "user_id": 1_000_000_001,
    "username": "museum_of_tea",
    "full_name": "Museum of Tea",
    "biography": "Every day but Monday 🍵",
    "external_url": None,
    "is_private": False,
    "is_verified": True,
    "is_business": None,
    "category": "Museum",
    "follower_count": 1204,
    "following_count": 80,
    "media_count": None,
    "picture": "0123456789abcdef0123456789abcdef",
}
FOLLOWER: dict[str, Any] = {
    "user_id": 1_000_000_002,
    "username": "kettle.works",
    "full_name": None,
    "is_private": None,
    "is_verified": False,
    "position": 0,
    "page": 0,
}
POST: dict[str, Any] = {
    "post_id": 3_000_000_000_000_000_001,
    "shortcode": "AAAAAAAAAA_-",
    "owner_id": 1_000_000_001,
    "taken_at": datetime(2026, 11, 1, tzinfo=UTC),
    "media_type": "sidecar",
    "caption": None,
    "like_count": None,
    "comment_count": 3,
    "view_count": None,
    "is_pinned": False,
    "position": 0,
}
