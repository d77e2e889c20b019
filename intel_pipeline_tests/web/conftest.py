"""A folder with some days of a small world, captured and published once, and the application over it."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asgi

from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.warehouse.derive import TABLES, derive, publish_now
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.access.who import ROLE_SCOPES, Who
from intel_pipeline.web.app import create_app
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.worlds import next_morning, small_pipeline

LABELS = ("open", "renaming", "vanishing", "fading")
DAYS = 5
LIMITS = Limits(most=9, seconds=900)
Client = Callable[[Who | None], TestClient]
ADA = Who("ada", ROLE_SCOPES["admin"], "sign-in")
VIC = Who("vic", ROLE_SCOPES["viewer"], "sign-in")


def live(pipeline: Pipeline, day: date) -> None:
    """Capture and derive a day, as its ticks do."""
    pipeline.registry.rounds.begin(day)
    with pipeline.network():
        for surface in ("profile", "followers", "posts"):
            capture_due(pipeline, surface, day, LIMITS, lambda *_: None)
    for surface in TABLES:
        derive(pipeline, day, surface, ())


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """What the application shows; no test may change it."""
    pipeline = small_pipeline(tmp_path_factory.mktemp("web"), LABELS)
    live(pipeline, today(pipeline.clock))
    for _ in range(DAYS - 1):
        live(pipeline, next_morning(pipeline))
    publish_now(pipeline)
    yield pipeline
    pipeline.registry.close()


def as_if(app: ASGIApp, who: Who | None) -> ASGIApp:
    """Return `app` as it is behind a door that has found out who asks."""

    async def known(scope: Asgi, receive: Receive, send: Send) -> None:
        scope["intel.who"] = who
        await app(scope, receive, send)

    return known


def browser(pipeline: Pipeline, who: Who | None, publications: Publications | None = None) -> TestClient:
    """Return a browser without JavaScript in the hands of `who`."""
    access = open_access(pipeline.registry, pipeline.settings)
    app = create_app(Parts(pipeline, publications or Publications(pipeline.settings.publication), access))
    return TestClient(as_if(app, who), headers={"accept": "text/html"}, follow_redirects=False)


@pytest.fixture
def publications(shown: Pipeline) -> Iterator[Publications]:
    """What the application reads: one for all of a test, since DuckDB opens a file once per process, and locks how."""
    made = Publications(shown.settings.publication)
    yield made
    made.close()


@pytest.fixture
def client(shown: Pipeline, publications: Publications) -> Client:
    """A browser in the hands of whoever a test says: ADA is an admin, VIC a viewer, None is nobody."""
    return lambda who: browser(shown, who, publications)
