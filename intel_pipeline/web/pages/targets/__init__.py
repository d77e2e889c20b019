"""A target's own pages: one module each, under one title."""

from fastapi import APIRouter

from intel_pipeline.web.pages.targets import audience, evidence, followers, growth, posts, profile, report

router = APIRouter()
for page in (growth, followers, evidence, profile, posts, audience, report):
    router.include_router(page.router, prefix="/targets/{label}")
