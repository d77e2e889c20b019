"""One post in full, by its shortcode, which logged-out pages of posts show alone."""

from typing import TYPE_CHECKING, Any

from intel_pipeline.instagram.readings.post_list import PostReading
from intel_pipeline.instagram.readings.posts_timeline import post_of

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

VIA = "post by code"
# Query and variables as instaloader 4.16 sends them.
DOC_ID = "27128499623469141"
VARIABLES: dict[str, Any] = {"__relay_internal__pv__PolarisAIGMMediaWebLabelEnabledrelayprovider": False}


def ask(context: "InstaloaderContext", username: str, shortcode: str) -> dict[str, Any]:
    """Ask for the post."""
    variables = {**VARIABLES, "shortcode": shortcode}
    referer = f"https://www.instagram.com/{username}/"
    # As the logged-out web app does; logged in, it asks elsewhere.
    web_api = not context.is_logged_in
    answer: dict[str, Any] = context.doc_id_graphql_query(DOC_ID, variables, referer, web_api=web_api)
    return answer


def read(body: dict[str, Any]) -> PostReading | None:
    """Read the post; None where Instagram shows none of that code: deleted since it was listed, or hidden."""
    shown = body["data"]["xdt_api__v1__media__shortcode__web_info"]
    # Unlike a timeline, a post by itself may come without a number of likes.
    return post_of({"like_count": None, **shown["items"][0]}) if shown and shown["items"] else None
