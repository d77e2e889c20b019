"""Every route says who may use it."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from intel_pipeline.web.access.who import STATED
from intel_pipeline.web.app import PAGES


def asked(dependant: Dependant) -> Iterator[object]:
    for one in dependant.dependencies:
        yield one.call
        yield from asked(one)


def unstated(router: APIRouter | FastAPI) -> list[str]:
    return [
        f"{sorted(route.methods)} {route.path}"
        for route in router.routes
        if isinstance(route, APIRoute) and not STATED & set(asked(route.dependant))
    ]


def test_every_route_states_who_may_use_it():
    assert [route for router in PAGES for route in unstated(router)] == []
    assert sum(len(router.routes) for router in PAGES) > 15


def test_one_that_does_not_is_found():
    router = APIRouter()
    router.add_api_route("/open", lambda: None)
    assert unstated(router) == ["['GET'] /open"]
