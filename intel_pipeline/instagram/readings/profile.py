"""What every way of reading a profile yields."""

from dataclasses import dataclass
from typing import Any

from intel_pipeline.contracts.picture import fingerprint
from intel_pipeline.instagram.errors import gone
from intel_pipeline.instagram.readings.wording import well_formed


@dataclass(frozen=True, slots=True)
class ProfileReading:
    """A profile as answered. `follows` tells whether the session follows it; None where the answer does not say."""

    user_id: int
    username: str
    full_name: str | None
    biography: str | None
    external_url: str | None
    is_private: bool
    is_verified: bool
    is_business: bool | None
    category: str | None
    follower_count: int | None
    following_count: int | None
    media_count: int | None
    picture: str | None
    follows: bool | None


def profile_of(user: dict[str, Any] | None) -> ProfileReading:
    """Read the user object that the profile page and the profile query share.

    Raises GoneError where there is none, KeyError or TypeError where it has another shape.
    """
    if not user or not user.get("pk"):
        doing = "reading the profile"
        raise gone(doing)
    friendship = user.get("friendship_status") or {}
    return ProfileReading(
        user_id=int(user["pk"]),
        username=str(user["username"]).lower(),
        full_name=well_formed(user.get("full_name")),
        biography=well_formed(user.get("biography")),
        external_url=well_formed(user.get("external_url")),
        is_private=bool(user["is_private"]),
        is_verified=bool(user["is_verified"]),
        is_business=user.get("is_business"),
        category=well_formed(user.get("category")),
        follower_count=user["follower_count"],
        following_count=user["following_count"],
        media_count=user.get("media_count", user.get("all_media_count")),
        picture=fingerprint((user.get("hd_profile_pic_url_info") or {}).get("url") or user.get("profile_pic_url")),
        follows=friendship.get("following"),
    )
