"""Deriving one round, surface by surface, from lake and registry into the warehouse."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.late import with_left_behind
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed, land_targets
from intel_pipeline.warehouse.landing.requests import land_requests
from intel_pipeline.warehouse.landing.settlements import land_settlements
from intel_pipeline.warehouse.landing.surfaces import land
from intel_pipeline.warehouse.publication import publish
from intel_pipeline.warehouse.writer import connected, writing

# The table that tells what a surface comes to.
TABLES = {
    "profile": "profile_changes",
    "followers": "follower_changes",
    "followees": "followees",
    "posts": "post_metrics",
}
COLUMNS = """
select column_name, data_type, comment from duckdb_columns()
where table_name = ? and database_name = current_database() order by column_index
"""
COUNTED = ("captures", "profile_history", "followers", "posts", "post_metrics")
# As many rows as follower_changes has, of which the newest word on each loss would have to be found among all.
CHANGES = (
    "select coalesce(sum(followers), 0)::bigint from lessons where kind <> 'left' or capture_id = first_capture_id"
)


def derive_profiles(pipeline: Pipeline, day: date) -> Landed:
    """Derive the profiles of a round; return its numbers."""
    return derive(pipeline, day, "profile", ("changes",))


def derive_followers(pipeline: Pipeline, day: date) -> Landed:
    """Derive the followers of a round; return its numbers by kind and state of change."""
    kinds = ("followed confirmed", "revealed confirmed", "refollowed confirmed", "renamed confirmed")
    states = ("left suspected", "left confirmed", "left retracted")
    return derive(pipeline, day, "followers", (*kinds, *states))


def derive_followees(pipeline: Pipeline, day: date) -> Landed:
    """Derive the followees of a round; return its numbers."""
    return derive(pipeline, day, "followees", ("followees",))


def derive_posts(pipeline: Pipeline, day: date) -> Landed:
    """Derive the posts of a round; return its numbers."""
    return derive(pipeline, day, "posts", ("posts",))


def derive(pipeline: Pipeline, day: date, surface: str, names: Sequence[str]) -> Landed:
    """Derive a surface of a round, and what a killed run left of it in others; return its numbers, `names` at least."""
    registry = pipeline.registry
    lake = Lake(pipeline.settings.lake_dir, registry.captures)
    of_round = registry.captures.of_round(day, surface)
    with writing(pipeline.settings.warehouse_file) as transaction:
        captures = with_left_behind(transaction, registry.captures, surface, of_round)
        landed = land(transaction, lake, surface, captures)
        if surface == "profile":
            land_targets(transaction, registry.targets.all())
        if surface == "followers":
            # From the registry too, so that a warehouse that is made anew has them.
            land_settlements(transaction, {capture.target for capture in captures}, registry.settlements)
        columns = transaction.rows(COLUMNS, TABLES[surface])
    return counted(replace(landed, columns=columns), captures, names)


def counted(landed: Landed, captures: Sequence[Captured], names: Sequence[str]) -> Landed:
    """Return `landed` with a number under each of `names`, zero too, so that every round has a point in the plots."""
    numbers = Counter({"captures": len(captures), **{name: landed.numbers[name] for name in names}})
    return replace(landed, numbers=numbers)


def publish_now(pipeline: Pipeline) -> tuple[Path, dict[str, int]]:
    """Publish the warehouse; return the new file and the rows of its main tables."""
    settings = pipeline.settings
    # Here and not with a surface: what settling and commands have asked is on the ledger too.
    with writing(settings.warehouse_file) as transaction:
        land_requests(transaction, pipeline.registry.ledger)
    file = publish(settings.warehouse_file, settings.publications_dir, settings.publication, settings.publications_kept)
    counting = {table: f"select count(*) from {table}" for table in COUNTED} | {"follower_changes": CHANGES}  # noqa: S608  our own names
    with connected(file, read_only=True) as connection:
        numbers = connection.execute(f"select {', '.join(f'({query})' for query in counting.values())}").fetchall()[0]
    return file, dict(zip(counting, numbers, strict=True))
