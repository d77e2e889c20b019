"""Followees: whom each target follows, by the last complete list."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, land_each
from intel_pipeline.warehouse.writer import Transaction

NEWER = """
select count(*) as newer from captures
where target = ? and surface = 'followees' and verdict = 'complete' and finished_at > ?
"""


def land_followees(transaction: Transaction, lake: Path, captures: Sequence[Capture]) -> Landed:
    """Land these captures, and put the list of each that is its target's last complete one in the place of that before.

    Counts those who are listed then.
    """
    land_captures(transaction, captures)
    complete = [capture for capture in captures if capture.verdict == "complete"]
    return land_each(complete, lambda capture: land_list(transaction, lake, capture))


def land_list(transaction: Transaction, lake: Path, capture: Capture) -> dict[str, int]:
    """Land one list, unless a newer one is there: an old round that is derived again must not bring it back."""
    import polars as pl

    if transaction.query(NEWER, capture.target, capture.finished_at)["newer"][0]:
        return {}
    listed = snapshot_file.read(lake, str(capture.snapshot)).drop("page")
    moment = pl.lit(capture.finished_at, pl.Datetime("us", "UTC"))
    rows = listed.with_columns(target=pl.lit(capture.target), captured_at=moment, capture_id=pl.lit(capture.capture_id))
    transaction.replace("followees", rows, target=capture.target)
    return {"followees": rows.height}
