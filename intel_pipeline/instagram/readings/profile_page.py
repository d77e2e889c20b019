"""The public profile page, as a logged-out visitor sees it: finds an account by its name."""

from typing import TYPE_CHECKING, Any

from intel_pipeline.instagram.readings.profile import ProfileReading, profile_of

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

VIA = "profile page"


def ask(context: "InstaloaderContext", username: str) -> dict[str, Any]:
    """Ask for the page; the answer holds the query results that the page embeds, in page order."""
    return {"data": context.get_page_data(f"{username}/")}


def read(body: dict[str, Any]) -> ProfileReading:
    """Read the profile: the page embeds it in several pieces, of which later ones complete earlier ones."""
    user: dict[str, Any] = {}
    for data in body["data"]:
        user.update(data.get("xig_user_by_username") or {})
    return profile_of(user)
