"""Profiles: every capture in the history, and what changed since the one before."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, land_each, ref
from intel_pipeline.warehouse.writer import Transaction


def land_profiles(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Captures) -> Landed:
    """Derive and land what these profile captures teach; counts the changes."""
    land_captures(transaction, captures)
    return land_each(captures, lambda capture: land_profile(transaction, lake, capture, registry))


def land_profile(transaction: Transaction, lake: Path, capture: Capture, registry: Captures) -> dict[str, int]:
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
