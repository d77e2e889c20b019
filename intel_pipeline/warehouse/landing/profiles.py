"""Profiles: every capture in the history, and what changed since the one before."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.registers import land_captures, ref
from intel_pipeline.warehouse.writer import Transaction


def land_profiles(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Captures) -> int:
    """Derive and land what these profile captures teach; return the number of changes."""
    import polars as pl

    from intel_pipeline.changes.profiles import profile_changes

    land_captures(transaction, captures)
    found = 0
    for capture in captures:
        if capture.snapshot is None:
            continue
        snapshot = snapshot_file.read(lake, capture.snapshot)
        history = snapshot.with_columns(
            target=pl.lit(capture.target),
            capture_id=pl.lit(capture.capture_id),
            captured_at=pl.lit(capture.started_at, pl.Datetime("us", "UTC")),
        )
        transaction.replace("profile_history", history, capture_id=capture.capture_id)
        earlier = registry.before(capture, complete=False)
        if earlier is None or earlier.snapshot is None:
            continue
        before = snapshot_file.read(lake, earlier.snapshot)
        changes = profile_changes(before, ref(earlier), snapshot, ref(capture))
        transaction.replace("profile_changes", changes, capture_id=capture.capture_id)
        found += changes.height
    return found
