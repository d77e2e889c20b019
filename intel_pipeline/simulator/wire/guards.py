"""What Instagram checks before it answers: who does not bring back what it was handed is refused."""

from intel_pipeline.simulator.wire.exchange import MOBILE, WWW, Reply, refusal
from intel_pipeline.simulator.wire.visit import Visit

APPS = {WWW: "936619743392459", MOBILE: "124024574287414"}
LOGIN_PATHS = ("/api/v1/web/accounts/login/ajax/", "/accounts/login/ajax/two_factor/")
QUERY_PATHS = ("/graphql/query", "/api/graphql")


def refusal_of(visit: Visit) -> Reply | None:
    """Return the refusal that a call earns by its headers and tokens, or None if it brings all it should."""
    call = visit.call
    if not call.path.startswith(("/api/", "/graphql/", "/accounts/")) or call.host not in APPS:
        return None
    if call.headers.get("x-ig-app-id") != APPS[call.host]:
        return refusal(400, "useragent mismatch")
    if call.method == "POST" and call.path in LOGIN_PATHS + QUERY_PATHS:
        token = call.cookies.get("csrftoken", "")
        if not token or call.headers.get("x-csrftoken") != token:
            return refusal(403, "CSRF token missing or incorrect")
    if call.path == "/api/graphql":
        handed = visit.tokens.page(call)
        brought = {name: call.form.get(name, "") for name in handed}
        if brought != handed or call.headers.get("x-fb-lsd") != handed["lsd"]:
            return refusal(400, "The tokens of the page are missing or out of date")
    return None
