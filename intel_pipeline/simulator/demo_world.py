"""The world of the demo: six targets, each with something to show in its first fortnight."""

from datetime import datetime

from intel_pipeline.clock import Clock
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World

SPECS = (
    TargetSpec(
        label="small",
        username="kiln.and.clay",
        full_name="Kiln & Clay 🏺",
        biography="Stoneware, thrown slowly. Studio open on Saturdays.",
        followers=180,
        followees=64,
        posts=28,
        follows_per_day=1.6,
        leaves_per_day=1.0,
        renames_per_day=0.6,
        returns_per_day=0.15,
        posts_per_day=0.4,
        shared=0.3,
    ),
    TargetSpec(
        label="large",
        username="northern.lights.daily",
        full_name="Northern Lights Daily ✨",
        biography="Every clear night above the circle. #aurora",
        external_url="https://example.org/aurora",
        is_verified=True,
        followers=20_000,
        followees=210,
        posts=90,
        follows_per_day=58,
        leaves_per_day=42,
        renames_per_day=14,
        returns_per_day=2,
        posts_per_day=1.0,
        shared=0.02,
    ),
    TargetSpec(
        label="private",
        username="quiet.garden.notes",
        full_name="Quiet Garden",
        biography="Moss, mostly.",
        is_private=True,
        followers=350,
        followees=120,
        posts=40,
        follows_per_day=1.4,
        leaves_per_day=1.1,
        renames_per_day=0.7,
        returns_per_day=0.15,
        shared=0.2,
    ),
    TargetSpec(
        label="renaming",
        username="paper.boats",
        full_name="Paper Boats",
        biography="Folded things that float.",
        followers=500,
        followees=150,
        posts=52,
        follows_per_day=3.0,
        leaves_per_day=2.2,
        renames_per_day=0.9,
        returns_per_day=0.3,
        shared=0.2,
        renames_on=((5, "paper.boats.studio"),),
        biographies_on=((6, "Folded things that float. We moved: same people, bigger table."),),
    ),
    TargetSpec(
        label="vanishing",
        username="one.summer.only",
        full_name="One Summer Only ☀️",
        biography="Until September.",
        followers=260,
        followees=80,
        posts=36,
        follows_per_day=2.0,
        leaves_per_day=2.6,
        renames_per_day=0.8,
        returns_per_day=0.2,
        posts_per_day=0.8,
        shared=0.25,
        vanishes_on=9,
    ),
    TargetSpec(
        label="business",
        username="harbor.coffee.roasters",
        full_name="Harbor Coffee Roasters ☕",
        biography="Small batches by the water. Open 7-17.",
        external_url="https://example.com/harbor-coffee",
        category="Coffee Shop",
        is_business=True,
        followers=1_200,
        followees=310,
        posts=140,
        follows_per_day=7.0,
        leaves_per_day=4.5,
        renames_per_day=1.5,
        returns_per_day=0.5,
        posts_per_day=1.4,
        shared=0.15,
    ),
)
DEMO_TARGETS: dict[str, str] = {spec.label: spec.username for spec in SPECS}
DEMO_VIEWER: tuple[str, str] = ("watchful.heron", "reeds-and-water")


def demo_world(seed: int, start: datetime, clock: Clock) -> World:
    """Return the world of the demo as of `start`; its one viewer follows every target, so it sees the private one."""
    username, password = DEMO_VIEWER
    viewer = ViewerSpec(username, password, "Watchful Heron", frozenset(DEMO_TARGETS))
    return World(seed, start, clock, SPECS, (viewer,))
