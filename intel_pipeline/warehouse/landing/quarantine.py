"""Rows that broke a contract, as captures set them aside."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import quarantine_file
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.registers import told_of
from intel_pipeline.warehouse.writer import Transaction


def land_quarantine(transaction: Transaction, lake: Path, captures: Sequence[Captured]) -> list[str]:
    """Land what the captures set aside, in the place of what was landed of them; say in words what cannot be read."""
    unreadable = []
    for capture in captures:
        if not capture.set_aside:
            continue
        try:
            rows = quarantine_file.read(lake, str(capture.snapshot))
        except DamagedFileError as error:
            unreadable.append(told_of(capture.target, error))
            continue
        told = rows.select(
            pl.lit(capture.target).alias("target"),
            pl.lit(capture.surface).alias("surface"),
            pl.lit(capture.capture_id).alias("capture_id"),
            pl.lit(capture.started_at, MOMENT).alias("captured_at"),
            *quarantine_file.COLUMNS,
        )
        transaction.put("quarantine", told, "capture_id", [capture.capture_id])
    return unreadable
