"""The web app's lists of followers and followees.

instaloader's own queries for both answer with an empty list since September 2026.
"""

from typing import TYPE_CHECKING, Any, Literal

from intel_pipeline.instagram.readings.follower_list import FollowerPage
from intel_pipeline.instagram.readings.wording import well_formed

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

FollowList = Literal["followers", "followees"]
VIA: dict[FollowList, str] = {"followers": "followers rest", "followees": "followees rest"}
PATH: dict[FollowList, str] = {"followers": "followers", "followees": "following"}


def ask(
    context: "InstaloaderContext", user_id: int, name: FollowList, cursor: str | None, count: int
) -> dict[str, Any]:
    """Ask for the page at `cursor` of the list `name` through instaloader's own context and session."""
    params = {"count": str(count), "search_surface": "follow_list_page"}
    if cursor is not None:
        params["max_id"] = cursor
    answer: dict[str, Any] = context.get_json(f"api/v1/friendships/{user_id}/{PATH[name]}/", params=params)
    return answer


def returned(body: dict[str, Any]) -> int:
    """Return how many accounts the page holds, whatever their shape."""
    users = body.get("users")
    return len(users) if isinstance(users, list) else 0


def read(body: dict[str, Any]) -> FollowerPage:
    """Read the page. The end is a missing `next_max_id`; `has_more` was seen false in the middle of a list."""
    users = body["users"]
    cursor = body.get("next_max_id")
    return FollowerPage(
        user_ids=[int(user["pk"]) for user in users],
        usernames=[str(user["username"]).lower() for user in users],
        full_names=[well_formed(user.get("full_name")) for user in users],
        private=[user.get("is_private") for user in users],
        verified=[user.get("is_verified") for user in users],
        next_cursor=None if cursor is None or cursor == "" else str(cursor),
        limited=bool(body.get("should_limit_list_of_followers")),
    )
