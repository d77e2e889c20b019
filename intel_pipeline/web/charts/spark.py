"""Spark-lines: a curve of few points, drawn by the server, so that it is there without JavaScript."""

from collections.abc import Sequence
from datetime import date

from intel_pipeline.plots.strokes import scale

WIDTH, HEIGHT, EDGE = 136, 34, 3


def points(days: Sequence[date], values: Sequence[float]) -> str:
    """Return the `points` of a polyline in a box of WIDTH x HEIGHT; days without a value leave no dent."""
    across = scale(days[0].toordinal(), days[-1].toordinal(), EDGE, WIDTH - EDGE)
    up = scale(min(values), max(values), HEIGHT - EDGE, EDGE)
    return " ".join(f"{across(day.toordinal())},{up(value)}" for day, value in zip(days, values, strict=True))
