"""Captures of a list as points of its curve."""

from intel_pipeline.capture.gap import Band, nearest_gap
from intel_pipeline.plots.curves import Point
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Capture


def point(capture: Capture) -> Point:
    """Return a finished capture of a list as a point."""
    reported = [count for count in (capture.reported_after, capture.reported_before) if count is not None]
    band = Band(capture.gap_low or 0, capture.gap_high or 0)
    whole = bool(reported) and capture.verdict in ("complete", "suspect")
    return Point(
        at=finished(capture),
        listed=capture.distinct_count or 0,
        reported=reported[0] if reported else None,
        complete=capture.verdict == "complete",
        gap=nearest_gap(capture.distinct_count or 0, reported, band) if whole else None,
        low=capture.gap_low,
        high=capture.gap_high,
    )
