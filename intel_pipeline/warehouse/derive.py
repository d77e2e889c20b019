"""Deriving one round, surface by surface, from lake and registry into the warehouse."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.followees import land_followees
from intel_pipeline.warehouse.landing.followers import land_followers
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.posts import land_posts
from intel_pipeline.warehouse.landing.profiles import land_profiles
from intel_pipeline.warehouse.landing.registers import Landed, land_targets
from intel_pipeline.warehouse.landing.requests import land_requests
from intel_pipeline.warehouse.landing.settlements import land_settlements
from intel_pipeline.warehouse.publication import publish
from intel_pipeline.warehouse.writer import connected, writing

COUNTED = ("captures", "profile_history", "followers", "follower_changes", "posts", "post_metrics")


def derive_profiles(pipeline: Pipeline, day: date) -> Landed:
    """Derive the profiles of a round; return its numbers."""
    captures = pipeline.registry.captures.of_round(day, "profile")
    with writing(pipeline.settings.warehouse_file) as transaction:
        land_targets(transaction, pipeline.registry.targets.all())
        landed = land_profiles(transaction, pipeline.settings.lake_dir, captures, pipeline.registry.captures)
    return counted(landed, captures, ("changes",))


def derive_followers(pipeline: Pipeline, day: date) -> Landed:
    """Derive the followers of a round; return its numbers by kind and state of change."""
    captures = pipeline.registry.captures.of_round(day, "followers")
    with writing(pipeline.settings.warehouse_file) as transaction:
        landed = land_followers(transaction, Lake(pipeline.settings.lake_dir, pipeline.registry.captures), captures)
        # From the registry too, so that a warehouse that is made anew has them.
        land_settlements(transaction, {capture.target for capture in captures}, pipeline.registry.settlements)
    kinds = ("followed confirmed", "revealed confirmed", "refollowed confirmed", "renamed confirmed")
    states = ("left suspected", "left confirmed", "left retracted")
    return counted(landed, captures, (*kinds, *states))


def derive_followees(pipeline: Pipeline, day: date) -> Landed:
    """Derive the followees of a round; return its numbers."""
    captures = pipeline.registry.captures.of_round(day, "followees")
    with writing(pipeline.settings.warehouse_file) as transaction:
        landed = land_followees(transaction, pipeline.settings.lake_dir, captures)
    return counted(landed, captures, ("followees",))


def derive_posts(pipeline: Pipeline, day: date) -> Landed:
    """Derive the posts of a round; return its numbers."""
    captures = pipeline.registry.captures.of_round(day, "posts")
    with writing(pipeline.settings.warehouse_file) as transaction:
        landed = land_posts(transaction, pipeline.settings.lake_dir, captures, pipeline.registry.captures)
    return counted(landed, captures, ("posts",))


def counted(landed: Landed, captures: Sequence[Capture], names: Sequence[str]) -> Landed:
    """Return `landed` with a number under each of `names`, zero too, so that every round has a point in the plots."""
    numbers = Counter({"captures": len(captures), **{name: landed.numbers[name] for name in names}})
    return Landed(numbers, landed.unreadable)


def publish_now(pipeline: Pipeline) -> tuple[Path, dict[str, int]]:
    """Publish the warehouse; return the new file and the rows of its main tables."""
    settings = pipeline.settings
    # Here and not with a surface: what settling and commands have asked is on the ledger too.
    with writing(settings.warehouse_file) as transaction:
        land_requests(transaction, pipeline.registry.ledger)
    file = publish(settings.warehouse_file, settings.publications_dir, settings.publication, settings.publications_kept)
    counting = ", ".join(f"(select count(*) from {table})" for table in COUNTED)  # noqa: S608  our own names
    with connected(file, read_only=True) as connection:
        numbers = connection.execute(f"select {counting}").fetchall()[0]
    return file, dict(zip(COUNTED, numbers, strict=True))
