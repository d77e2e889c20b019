"""Captures as the registry's tests begin and end them."""

from datetime import date

from intel_pipeline.capture.outcome import Outcome
from intel_pipeline.registry.models import Capture, Target
from intel_pipeline.registry.store import Registry

DAY = date(2026, 11, 24)
COMPLETE = Outcome(verdict="complete", rows=4, distinct=3, reported_before=3, reported_after=3, pages=2)


def begin(
    registry: Registry, target: Target, day: date = DAY, surface: str = "followers", session: str | None = None
) -> Capture:
    return registry.captures.begin(target, surface, day, "simulator", session)
