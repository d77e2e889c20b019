"""The application: pages, API and static files, each route with what it asks of those who ask."""

from importlib.resources import files

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from intel_pipeline.web import health as readiness
from intel_pipeline.web import metrics
from intel_pipeline.web.api import schema
from intel_pipeline.web.api.etags import answer_unchanged
from intel_pipeline.web.api.rates import Buckets
from intel_pipeline.web.api.router import api
from intel_pipeline.web.exporting import Exports
from intel_pipeline.web.pages import (
    account,
    audit,
    captures,
    changes,
    collection,
    compare,
    health,
    keys,
    overview,
    people,
    query,
    runs,
    settings,
    sign_in,
    targets,
    watchlist,
)
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.problems import handle

PAGES: tuple[APIRouter, ...] = (
    overview.router,
    targets.router,
    changes.router,
    compare.router,
    health.router,
    captures.router,
    collection.router,
    query.router,
    watchlist.router,
    runs.router,
    settings.router,
    sign_in.router,
    account.router,
    people.router,
    keys.router,
    audit.router,
    schema.router,
)
# What asks these is no browser.
MACHINES: tuple[APIRouter, ...] = (readiness.router, metrics.router)


def create_app(parts: Parts) -> FastAPI:
    """Return the application over `parts`; whoever serves it puts the guard and the door in front."""
    app = FastAPI(title="intel_pipeline", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts, app.state.exposition = parts, metrics.Exposition(parts)
    app.state.buckets = Buckets(parts.settings.api_requests_per_minute)
    app.state.exports = Exports(parts.settings.publication, parts.settings.exports_dir / "asked", parts.clock)
    handle(app)
    answer_unchanged(app)
    schema.described(app)
    app.include_router(api)
    for router in (*PAGES, *MACHINES):
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=str(files(__package__) / "static")), name="static")
    return app
