"""Profiles: every capture in the history, and what changed since the one before."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.profiles import profile_changes
from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.contracts.profile import SCHEMA
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.late import followed_by, measured_since, unlanded
from intel_pipeline.warehouse.landing.pairs import pairs
from intel_pipeline.warehouse.landing.posts import land_listings
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, ref
from intel_pipeline.warehouse.writer import Transaction


def land_profiles(transaction: Transaction, lake: Path, captures: Sequence[Captured], registry: Finished) -> Landed:
    """Derive and land what these profile captures teach; counts the changes.

    Those that come late change what the next profile, and posts since, were held against: these are derived again.
    """
    fresh = unlanded(transaction, captures)
    after = followed_by(transaction, registry, "profile", fresh)
    land_captures(transaction, captures)
    landed = Landed()
    for found in pairs(lake, registry, [*captures, *after], SCHEMA, "user_id", landed):
        history = given(
            found.after,
            target=(pl.String(), [capture.target for capture in found.captures]),
            capture_id=(pl.String(), [capture.capture_id for capture in found.captures]),
            captured_at=(MOMENT, [capture.started_at for capture in found.captures]),
        )
        ids = [capture.capture_id for capture in found.captures]
        transaction.put("profile_history", history.drop("case"), "capture_id", ids)
        both = [(ref(earlier), ref(one)) for one, earlier in zip(found.captures, found.earlier, strict=True) if earlier]
        later = found.after.join(found.before, on="case", how="semi", maintain_order="left")
        changes = profile_changes(both, found.before, later)
        transaction.put("profile_changes", changes, "capture_id", ids)
        landed.numbers["changes"] += changes.height
    measured = measured_since(transaction, registry, fresh)
    landed.unreadable += land_listings(transaction, lake, measured, registry).unreadable
    return landed
