"""What the UI is told of follower lists beside what it is told of every surface: how they grew, and their curves."""

from collections.abc import Sequence

import dagster as dg

from intel_pipeline.defs.reporting import newest_of
from intel_pipeline.plots.curves import curves
from intel_pipeline.plots.points import point
from intel_pipeline.plots.strokes import as_image
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture

# Kilobytes with every tick: a dozen restless curves of two months are 20.
MOST_CURVES, MOST_POINTS = 12, 60


def list_metadata(registry: Captures, captures: Sequence[Capture], kinds: int) -> dict[str, dg.MetadataValue]:
    """Return by how many the lists of a round are longer than those before, and the curves of the most striking ones.

    `kinds`: how many kinds of lists are captured, which share the room for curves.
    """
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

    chosen = sorted(newest, key=striking, reverse=True)[: MOST_CURVES // max(1, kinds)]
    histories = [(one.target, [point(each) for each in registry.newest_before(one, MOST_POINTS)]) for one in chosen]
    # Where no target was complete both times, the growth is not known: it is not none.
    growth = {"growth_since_the_lists_before": dg.MetadataValue.int(sum(grown.values()))} if grown else {}
    return {
        "listed": dg.MetadataValue.int(sum(capture.distinct_count or 0 for capture in newest)),
        **growth,
        "curves": dg.MetadataValue.md(f"{legend(len(chosen), len(newest))}\n\n{as_image(curves(histories), 'curves')}"),
    }


def complete(capture: Capture) -> bool:
    """Tell whether a list is complete."""
    return capture.verdict == "complete"


def legend(shown: int, number: int) -> str:
    """Return which targets the curves show, and where the others are."""
    if shown == number:
        return f"All {number} targets of this round: those that are not complete, then those that changed most."
    which = f"The {shown} of {number} targets that are not complete or changed most"
    return f"{which}; `intel-pipeline captures list` has the other {number - shown}."
