"""A profile's posts as a logged-out visitor sees them: the newest on its page, older ones by a query; codes only."""

from typing import TYPE_CHECKING, Any

from intel_pipeline.instagram.errors import FOLLOW, PrivateError
from intel_pipeline.instagram.readings.post_list import PostPage

if TYPE_CHECKING:
    from instaloader import InstaloaderContext

VIA = "posts page"
# Query and variables as instaloader 4.16 sends them.
DOC_ID = "28904005159232689"
CONNECTION = "polaris_ordered_timeline_connection"
PAGE = 12
VARIABLES: dict[str, Any] = {
    "__relay_internal__pv__PolarisSEOIsCrawlerrelayprovider": False,
    "before": None,
    "first": PAGE,
    "last": None,
}
# Between the two numbers that a further page is asked for by: the page's own and where it goes on.
BETWEEN = " "


def ask(context: "InstaloaderContext", username: str, cursor: str | None) -> dict[str, Any]:
    """Ask for the profile's page, or for the posts behind `cursor`, as `read` gave it."""
    if cursor is None:
        return {"data": context.get_page_data(f"{username}/")}
    page_id, _, after = cursor.partition(BETWEEN)
    referer = f"https://www.instagram.com/{username}/"
    variables = {**VARIABLES, "id": page_id, "after": after}
    answer: dict[str, Any] = context.doc_id_graphql_query(DOC_ID, variables, referer, web_api=True)
    return answer


def read(body: dict[str, Any]) -> PostPage:
    """Read the shortcodes of a page; raise PrivateError where the profile shows its posts to followers only."""
    holder = node_of(body["data"])
    if holder.get("is_private"):
        problem = "the account is private, and shows its posts to its followers only"
        raise PrivateError(problem, FOLLOW)
    connection = holder[CONNECTION]
    info = connection["page_info"]
    more = info["has_next_page"] and info["end_cursor"]
    return PostPage(
        posts=[],
        next_cursor=f"{holder['id']}{BETWEEN}{info['end_cursor']}" if more else None,
        shortcodes=[str(edge["node"]["code"]) for edge in connection["edges"]],
    )


def node_of(data: Any) -> dict[str, Any]:  # noqa: ANN401  a list of the page's queries, or the answer to one query
    """Return what holds the posts; KeyError where nothing does."""
    if isinstance(data, dict):
        found: dict[str, Any] = data["node"]
        return found
    users = [user for part in data if (user := part.get("xig_user_by_username"))]
    # A page of a private profile embeds no posts, and says in another part that it is private.
    private = any(user.get("is_private") for user in users)
    for user in users:
        if private or CONNECTION in user:
            return {**user, "is_private": private}
    raise KeyError(CONNECTION)
