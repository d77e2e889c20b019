"""Judging a follower list by the captures of the target before it."""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from intel_pipeline.capture.gap import LEARNED_FROM, Band, nearest_gap
from intel_pipeline.capture.history import Past, days_between, learned
from intel_pipeline.capture.mass_loss import Held, Loss, Losses
from intel_pipeline.capture.outcome import Verdict
from intel_pipeline.capture.verdict import Assessment, Evidence, assess
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture

if TYPE_CHECKING:
    import polars as pl

log = logging.getLogger(__name__)


def judge(
    pipeline: Pipeline, capture: Capture, evidence: Evidence, rows: "pl.DataFrame", finished_at: datetime
) -> Assessment:
    """Return what the list of `capture` proves: `rows`, distinct by `user_id`, read until `finished_at`."""
    earlier = pipeline.registry.captures.since_complete(capture.target, capture.surface, LEARNED_FROM)
    history = learned([past(one) for one in earlier])
    losses = partial(compared, pipeline.settings.lake_dir, earlier, rows, finished_at)
    return assess(capture.capture_id, evidence, history, losses)


def past(capture: Capture) -> Past:
    """Return what a finished capture in the registry says of itself."""
    reported = [count for count in (capture.reported_before, capture.reported_after) if count is not None]
    band = None if capture.gap_low is None or capture.gap_high is None else Band(capture.gap_low, capture.gap_high)
    return Past(
        finished_at=finished(capture),
        verdict=cast("Verdict", capture.verdict),
        gap=nearest_gap(capture.distinct_count or 0, reported, band or Band(0, 0)) if reported else None,
        band=band,
        missing=capture.missing_count,
        limit=capture.missing_limit,
    )


def compared(lake: Path, earlier: Sequence[Capture], rows: "pl.DataFrame", finished_at: datetime) -> Losses:
    """Return what `rows` lack of the last complete capture's list, and of the lists held back since."""
    complete = [place for place, capture in enumerate(earlier) if capture.verdict == "complete"]
    if not complete:
        return Losses(None)
    last, *since = earlier[complete[-1] :]
    held = [capture for capture in since if capture.held]
    before = members(lake, last)
    if before is None:
        return Losses(None, tuple(unlike(capture, finished_at) for capture in held))
    return Losses(
        loss(before, last, rows, finished_at),
        tuple(against(lake, capture, before, rows, finished_at) for capture in held),
    )


def against(lake: Path, capture: Capture, before: "pl.DataFrame", rows: "pl.DataFrame", finished_at: datetime) -> Held:
    """Compare `rows` with the list of a held capture, which lacks members of the list `before`."""
    there = members(lake, capture)
    if there is None:
        return unlike(capture, finished_at)
    lacked = before.join(there, on="user_id", how="anti")
    returned = lacked.join(rows, on="user_id", how="semi").height
    return Held(capture.capture_id, lacked.height, loss(there, capture, rows, finished_at), returned)


def unlike(capture: Capture, finished_at: datetime) -> Held:
    """Return the comparison with a held capture that there is nothing left to compare with: nothing agrees with it."""
    lacked, listed = capture.missing_count or 0, capture.distinct_count or 0
    return Held(capture.capture_id, lacked, Loss(listed, listed, days_between(finished(capture), finished_at)), lacked)


def loss(before: "pl.DataFrame", capture: Capture, rows: "pl.DataFrame", finished_at: datetime) -> Loss:
    """Return how many of the members `before`, as `capture` found them, are not among `rows`."""
    missing = before.join(rows, on="user_id", how="anti").height
    return Loss(before.height, missing, days_between(finished(capture), finished_at))


def members(lake: Path, capture: Capture) -> "pl.DataFrame | None":
    """Return the ids in a capture's snapshot, None where it is damaged: one bad file must not stop every capture."""
    try:
        return snapshot_file.read(lake, str(capture.snapshot)).select("user_id")
    except DamagedFileError as error:
        log.warning("%s; the followers of '%s' are not compared with it", error.problem, capture.target)
        return None


def finished(capture: Capture) -> datetime:
    """Return when a finished capture ended."""
    if capture.finished_at is None:
        message = f"the capture {capture.capture_id} is not finished"
        raise ValueError(message)
    return capture.finished_at
