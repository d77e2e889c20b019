"""Which route answers which call."""

import re
from dataclasses import dataclass

from intel_pipeline.simulator.wire import files, friendships, legacy_lists, login, metadata, pages, posts, timeline
from intel_pipeline.simulator.wire.exchange import FILE_HOSTS, MOBILE, WWW, Call, Reply, refusal
from intel_pipeline.simulator.wire.visit import Route, Visit

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """A route, the key it is logged under, and what its pattern caught of the path."""

    key: str
    route: Route
    part: str = ""


PATHS: dict[tuple[str, str, str], Found] = {
    ("GET", WWW, "/"): Found("start_page", pages.start_page),
    ("POST", WWW, "/api/v1/web/accounts/login/ajax/"): Found("login", login.log_in),
    ("POST", WWW, "/accounts/login/ajax/two_factor/"): Found("two_factor", login.enter_code),
    ("GET", WWW, "/api/v1/users/web_profile_info/"): Found("profile_logged_out", metadata.by_name),
    ("GET", WWW, "/web/search/topsearch/"): Found("search", metadata.search),
}
QUERIES: dict[tuple[str, str, str], Found] = {
    ("GET", "/graphql/query", "d6f4427fbe92d846298cf93df0b937d3"): Found("viewer", login.who_am_i),
    ("GET", "/graphql/query", "37479f2b8209594dde7facb0d904896a"): Found("legacy_followers", legacy_lists.followers),
    ("GET", "/graphql/query", "58712303d941c6855d4e888c5f0cd22f"): Found("legacy_followees", legacy_lists.followees),
    ("GET", "/graphql/query", "ad99dd9d3646cc3c0dda65debcd266a7"): Found("similar", metadata.similar),
    ("POST", "/graphql/query", "27937681195819736"): Found("profile", metadata.for_viewer),
    ("POST", "/api/graphql", "27937681195819736"): Found("profile_by_id", metadata.for_anybody),
    ("POST", "/api/graphql", "29104886249145907"): Found("posts", timeline.posts),
    ("POST", "/api/graphql", "28904005159232689"): Found("posts_logged_out", timeline.more_codes),
    ("POST", "/graphql/query", "27128499623469141"): Found("post", posts.by_code),
    ("POST", "/api/graphql", "27128499623469141"): Found("post", posts.by_code),
}
PATTERNS: tuple[tuple[str, str, re.Pattern[str], str, Route], ...] = (
    ("GET", WWW, re.compile(r"/api/v1/friendships/(\d+)/followers/"), "followers", friendships.followers),
    ("GET", WWW, re.compile(r"/api/v1/friendships/(\d+)/following/"), "followees", friendships.followees),
    ("GET", WWW, re.compile(r"/([a-z0-9._]{1,30})/"), "profile_page", pages.profile_page),
    ("GET", MOBILE, re.compile(r"/api/v1/users/(\d+)/info/"), "iphone_profile", metadata.iphone_info),
    ("GET", MOBILE, re.compile(r"/api/v1/media/(\d+)/info/"), "iphone_post", posts.info),
)


def find(call: Call) -> Found:
    """Return the route that answers `call`; one that answers 404 and is logged as unknown if there is none."""
    if found := PATHS.get((call.method, call.host, call.path)):
        return found
    if call.host == WWW and call.path in ("/graphql/query", "/api/graphql"):
        name = call.query.get("query_hash") or call.form.get("doc_id", "")
        return QUERIES.get((call.method, call.path, name)) or Found(f"{UNKNOWN} query {name}", _nothing)
    for method, host, pattern, key, route in PATTERNS:
        if call.method == method and call.host == host and (match := pattern.fullmatch(call.path)):
            return Found(key, route, match[1])
    if call.host.endswith(FILE_HOSTS) and call.method in ("GET", "HEAD"):
        return Found("file", files.file)
    return Found(f"{UNKNOWN} {call.method} {call.host}{call.path}", _nothing)


def _nothing(_visit: Visit) -> Reply:
    return refusal(404, "Not Found")
