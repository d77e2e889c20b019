"""What the UI is told of follower lists beside what it is told of every surface: how they grew, and their curves."""

from base64 import b64encode
from collections.abc import Sequence

import dagster as dg

from intel_pipeline.defs.reporting import newest_of
from intel_pipeline.plots.curves import Point, curves
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.finishing import finished
from intel_pipeline.registry.models import Capture

# Kilobytes with every tick: a dozen curves of two months are about 20.
MOST_CURVES, MOST_POINTS = 12, 60


def list_metadata(registry: Captures, captures: Sequence[Capture]) -> dict[str, dg.MetadataValue]:
    """Return by how many the lists of a round are longer than those before, and the curves of the most striking ones."""
    newest = [capture for capture in newest_of(captures) if capture.snapshot]
    if not newest:
        return {}
    before = registry.before_each(newest)
    grown = {
        capture.capture_id: (capture.distinct_count or 0) - (before[capture.capture_id].distinct_count or 0)
        for capture in newest
        if capture.capture_id in before and complete(capture) and complete(before[capture.capture_id])
    }

    def striking(capture: Capture) -> tuple[bool, float]:
        """Those that are not complete, then those that grew or shrank most for their length."""
        change = abs(grown.get(capture.capture_id, 0)) / max(1, capture.distinct_count or 0)
        return not complete(capture), change

    chosen = sorted(newest, key=striking, reverse=True)[:MOST_CURVES]
    drawn = curves([(one.target, points(registry.newest_before(one, MOST_POINTS))) for one in chosen])
    return {
        "listed": dg.MetadataValue.int(sum(capture.distinct_count or 0 for capture in newest)),
        "growth_since_the_lists_before": dg.MetadataValue.int(sum(grown.values())),
        "curves": dg.MetadataValue.md(f"{legend(len(chosen), len(newest))}\n\n![curves]({address(drawn)})"),
    }


def complete(capture: Capture) -> bool:
    """Tell whether a list is complete."""
    return capture.verdict == "complete"


def points(captures: Sequence[Capture]) -> list[Point]:
    """Return captures as points of a curve."""
    return [
        Point(finished(one), one.distinct_count or 0, one.reported_after, complete(one), one.gap_low, one.gap_high)
        for one in captures
    ]


def legend(shown: int, number: int) -> str:
    """Return what the curves show, in words."""
    which = f"The {shown} of {number} targets that are not complete or changed most. " if number > shown else ""
    return (
        f"{which}Listed (blue), reported (dashed), lists that are not complete (orange dots); below, the gap between "
        "them, and where it usually lies (shaded)."
    )


def address(drawn: str) -> str:
    """Return a picture as an address that holds it: nothing has to be served, and nothing goes elsewhere."""
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
