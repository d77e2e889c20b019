"""Who may use which route: each route of the whole site, really asked by somebody of every kind."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from intel_pipeline.web.access.who import administrator, anybody, person, reader, runner
from intel_pipeline.web.routes import routes_of
from intel_pipeline_tests.web.api.conftest import site_of

ALLOWED, SIGN_IN, FORBIDDEN = "allowed", 401, 403
# The columns of ROWS.
ASKERS = ("nobody", "expired", "key expired", "viewer", "admin", "key read", "key run", "key admin")
NOT_KNOWN = (SIGN_IN, SIGN_IN, SIGN_IN)
# What a route asks for by one of these dependencies is what becomes of each asker.
ROWS = {
    anybody: (ALLOWED,) * 8,
    reader: (*NOT_KNOWN, ALLOWED, ALLOWED, ALLOWED, ALLOWED, ALLOWED),
    runner: (*NOT_KNOWN, FORBIDDEN, ALLOWED, FORBIDDEN, ALLOWED, FORBIDDEN),
    administrator: (*NOT_KNOWN, FORBIDDEN, ALLOWED, FORBIDDEN, FORBIDDEN, ALLOWED),
    person: (*NOT_KNOWN, ALLOWED, ALLOWED, FORBIDDEN, FORBIDDEN, FORBIDDEN),
}
# From this machine's loopback they are anybody's; those who ask here come from elsewhere.
NEAR = {"/metrics": ROWS[reader]}
# What is no route of FastAPI's: style sheets and scripts are the same for everybody.
MOUNTS = {"/static": (ALLOWED,) * 8}
ANY_PATH = re.compile(r"\{[^}]+\}")


def row_of(route: APIRoute) -> tuple[object, ...]:
    """Return a route's row of the table; a route that states none, or two, has none."""
    stated = [one.call for one in route.dependant.dependencies if one.call in ROWS]
    assert len(stated) == 1, f"{route.path} states {len(stated)} of Reader, Runner, Administrator, Person and Anybody"
    return NEAR.get(route.path, ROWS[stated[0]])


def asked_of(app: FastAPI) -> list[tuple[str, str, tuple[object, ...]]]:
    found = [
        (method, ANY_PATH.sub("1", path), row_of(route))
        for path, route in routes_of(app)
        for method in sorted(route.methods or ())
    ]
    others = [one.original_route for one in iter_route_contexts(app.routes)]
    mounts = [one for one in others if not isinstance(one, APIRoute)]
    assert all(isinstance(one, Mount) for one in mounts)
    return found + [("GET", f"{one.path}/app.css", MOUNTS[one.path]) for one in mounts]


@pytest.fixture(scope="module")
def site(shown, tmp_path_factory):
    # What some of these really do, no other test is to find.
    with site_of(shown, tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.mark.parametrize("asker", ASKERS)
def test_each_route_lets_in_whom_its_row_says(site, asker):
    column = ASKERS.index(asker)
    # Those who sign out are out: that comes last.
    routes = sorted(asked_of(site.app), key=lambda route: route[1] == "/sign-out")
    wrong = []
    for method, path, row in routes:
        with site.browser(asker) as browser:
            status = browser.request(method, path).status_code
        told = status if status in (SIGN_IN, FORBIDDEN) else ALLOWED
        expected = row[column]
        # A sign-in page refuses names and passwords in the same words as it does nobody.
        if told != expected and not (row is ROWS[anybody] and method == "POST"):
            wrong.append(f"{method} {path}: {status} rather than {expected}")
        assert status < 500, f"{method} {path}: {status}"
    assert wrong == []
    assert len(routes) > 50


def test_a_new_route_without_a_row_is_found():
    router = APIRouter()
    router.add_api_route("/open", lambda: None)
    with pytest.raises(AssertionError, match="/open states 0 of Reader"):
        row_of(router.routes[0])
