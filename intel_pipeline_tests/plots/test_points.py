from datetime import UTC, datetime

import pytest

from intel_pipeline.plots.points import point
from intel_pipeline.registry.models import Capture


def capture(verdict="complete", listed=100, before=103, after=104, *, held=False):
    return Capture(
        target="nasa",
        finished_at=datetime(2026, 11, 2, 6, tzinfo=UTC),
        verdict=verdict,
        distinct_count=listed,
        reported_before=before,
        reported_after=after,
        gap_low=0,
        gap_high=5,
        held=held,
    )


def test_the_gap_is_by_the_reported_number_that_was_nearer_to_the_band():
    assert (point(capture()).reported, point(capture()).gap) == (104, 3)


@pytest.mark.parametrize("verdict", ["partial", "limited"])
def test_a_list_that_was_cut_short_has_no_gap(verdict):
    cut = point(capture(verdict, 20))
    assert (cut.gap, cut.complete, cut.listed) == (None, False, 20)
