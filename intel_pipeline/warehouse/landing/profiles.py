"""Profiles: every capture in the history, and what changed since the one before."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.late import followed_by, measured_since, unlanded
from intel_pipeline.warehouse.landing.posts import land_listing
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, land_each, ref
from intel_pipeline.warehouse.writer import Transaction


def land_profiles(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Finished) -> Landed:
    """Derive and land what these profile captures teach; counts the changes.

    Those that come late change what the next profile, and posts since, were held against: these are derived again.
    """
    fresh = unlanded(transaction, captures)
    after = followed_by(transaction, registry, "profile", fresh)
    land_captures(transaction, captures)
    profiles = land_each([*captures, *after], lambda capture: land_profile(transaction, lake, capture, registry))
    measured = measured_since(transaction, registry, fresh)
    posts = land_each(measured, lambda capture: land_listing(transaction, lake, capture, registry))
    return Landed(profiles.numbers, [*profiles.unreadable, *posts.unreadable])


def land_profile(transaction: Transaction, lake: Path, capture: Capture, registry: Finished) -> dict[str, int]:
    """Land one profile, and what changed since the capture before it."""
    import polars as pl

    from intel_pipeline.changes.profiles import profile_changes

    snapshot = snapshot_file.read(lake, str(capture.snapshot))
    earlier = registry.before(capture, complete=False)
    before = snapshot_file.read(lake, earlier.snapshot) if earlier and earlier.snapshot else None
    history = snapshot.with_columns(
        target=pl.lit(capture.target),
        capture_id=pl.lit(capture.capture_id),
        captured_at=pl.lit(capture.started_at, pl.Datetime("us", "UTC")),
    )
    transaction.replace("profile_history", history, capture_id=capture.capture_id)
    if earlier is None or before is None:
        return {}
    changes = profile_changes(before, ref(earlier), snapshot, ref(capture))
    transaction.replace("profile_changes", changes, capture_id=capture.capture_id)
    return {"changes": changes.height}
