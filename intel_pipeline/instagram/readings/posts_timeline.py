"""The web app's query for a profile's posts, logged in."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from intel_pipeline.instagram.readings.post_list import PostPage, PostReading
from intel_pipeline.instagram.readings.wording import well_formed

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

VIA = "posts timeline"
# Query and variables as instaloader 4.16 sends them.
DOC_ID = "29104886249145907"
CONNECTION = "xdt_api__v1__feed__user_timeline_graphql_connection"
PAGE = 12
VARIABLES = {
    "data": {
        "count": PAGE,
        "include_reel_media_seen_timestamp": True,
        "include_relationship_info": True,
        "latest_besties_reel_media": True,
        "latest_reel_media": True,
    },
    "first": PAGE,
    "include_multi_captions": True,
    "__relay_internal__pv__PolarisMultiCaptionCarouselEnabledrelayprovider": True,
    "__relay_internal__pv__PolarisShortDramaEnabledrelayprovider": True,
    "__relay_internal__pv__PolarisSEOIsCrawlerrelayprovider": False,
    "__relay_internal__pv__PolarisThreadsStyleCommentsEnabledrelayprovider": False,
    "__relay_internal__pv__PolarisReelsRecoDebugOverlayEnabledrelayprovider": False,
}
MEDIA_TYPES = {1: "image", 2: "video", 8: "sidecar"}


def ask(context: "InstaloaderContext", username: str, cursor: str | None) -> dict[str, Any]:
    """Ask for the page of posts at `cursor`."""
    variables: dict[str, Any] = {**VARIABLES, "username": username}
    if cursor is not None:
        variables |= {"after": cursor, "before": None, "first": PAGE, "last": None}
    referer = f"https://www.instagram.com/{username}/"
    answer: dict[str, Any] = context.doc_id_graphql_query(DOC_ID, variables, referer, web_api=True)
    return answer


def read(body: dict[str, Any]) -> PostPage:
    """Read the page. The counts come from the media object itself: instaloader's `comments` would cost a request."""
    connection = body["data"][CONNECTION]
    info = connection["page_info"]
    more = info["has_next_page"] and info["end_cursor"]
    return PostPage(
        posts=[post_of(edge["node"]) for edge in connection["edges"]],
        next_cursor=str(info["end_cursor"]) if more else None,
    )


def post_of(media: dict[str, Any]) -> PostReading:
    """Read one media object; KeyError where a field that every one has is missing."""
    caption = media.get("caption")
    hidden = media.get("like_and_view_counts_disabled")
    return PostReading(
        post_id=int(media["pk"]),
        shortcode=media["code"],
        owner_id=int(media["user"]["pk"]),
        taken_at=datetime.fromtimestamp(media["taken_at"], UTC),
        media_type=MEDIA_TYPES[media["media_type"]],
        caption=well_formed(caption.get("text")) if caption else None,
        # With hidden counts Instagram still sends a number, and it means nothing.
        like_count=None if hidden else media["like_count"],
        comment_count=media.get("comment_count"),
        view_count=None if hidden else media.get("play_count") or media.get("view_count"),
        is_pinned=bool(media.get("timeline_pinned_user_ids")),
    )
