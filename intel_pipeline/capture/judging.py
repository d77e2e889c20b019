"""Judging a follower list by what registry and lake hold of the target's captures before it."""

import logging
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from intel_pipeline.capture.gap import LEARNED_FROM, Band, nearest_gap
from intel_pipeline.capture.history import Past
from intel_pipeline.capture.lacking import Earlier, judged
from intel_pipeline.capture.outcome import Verdict
from intel_pipeline.capture.verdict import Assessment, Evidence
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger(__name__)


def judge(
    pipeline: Pipeline, capture: Capture, evidence: Evidence, rows: "pl.DataFrame", finished_at: datetime
) -> Assessment:
    """Return what the list of `capture` proves: `rows`, distinct by `user_id`, read until `finished_at`."""
    before = pipeline.registry.captures.since_complete(capture.target, capture.surface, LEARNED_FROM)
    lake = pipeline.settings.lake_dir
    return judged(capture.capture_id, evidence, [earlier(lake, one) for one in before], rows, finished_at)


def earlier(lake: Path, capture: Capture) -> Earlier:
    """Return a capture as a later list is judged by it."""
    return Earlier(
        capture_id=capture.capture_id,
        past=past(capture),
        held=bool(capture.held),
        listed=capture.distinct_count or 0,
        lacked=capture.missing_count or 0,
        members=partial(members, lake, capture),
    )


def past(capture: Capture) -> Past:
    """Return what a finished capture in the registry says of itself."""
    finished_at = finished(capture)
    reported = [count for count in (capture.reported_before, capture.reported_after) if count is not None]
    band = None if capture.gap_low is None or capture.gap_high is None else Band(capture.gap_low, capture.gap_high)
    return Past(
        finished_at=finished_at,
        verdict=cast("Verdict", capture.verdict),
        gap=nearest_gap(capture.distinct_count or 0, reported, band or Band(0, 0)) if reported else None,
        band=band,
        missing=capture.missing_count,
        limit=capture.missing_limit,
    )


def members(lake: Path, capture: Capture) -> "pl.DataFrame | None":
    """Return the ids in a capture's snapshot, None where it is damaged: one bad file must not stop every capture."""
    try:
        return snapshot_file.read(lake, str(capture.snapshot), ["user_id"])
    except DamagedFileError as error:
        log.warning("%s; the followers of '%s' are not compared with it", error.problem, capture.target)
        return None
