"""When a capture was finished."""

from datetime import UTC, date, datetime

from intel_pipeline.registry.captured import Captured


def finished(capture: Captured) -> datetime:
    """Return when a capture was finished; ValueError for one that is not."""
    if capture.finished_at is None:
        message = f"the capture {capture.capture_id} is not finished"
        raise ValueError(message)
    return capture.finished_at


def finished_on(capture: Captured) -> date:
    """Return the UTC day on which a capture was finished; ValueError for one that is not."""
    return finished(capture).astimezone(UTC).date()
