"""The API: its nouns, and what holds for all of them."""

from fastapi import APIRouter, Depends

from intel_pipeline.web.api import (
    captures,
    changes,
    exports,
    health,
    metrics,
    posts,
    query,
    runs,
    sessions,
    snapshots,
    targets,
)
from intel_pipeline.web.api.answers import EVERYWHERE, problems
from intel_pipeline.web.api.rates import paced

api = APIRouter(prefix="/api/v1", dependencies=[Depends(paced)], responses=problems(*EVERYWHERE))
for noun in (targets, captures, snapshots, changes, posts, metrics, exports, query, runs, sessions, health):
    api.include_router(noun.router)
