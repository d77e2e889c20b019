import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.unshown import MOST, at_first, counted_on_top, unshown_moves

shares = st.floats(0.001, 0.5)


@given(st.lists(st.floats(0, 90), min_size=1, max_size=9), shares, shares)
def test_from_any_number_unshown_the_chances_of_the_next_number_are_a_whole(
    events: list[float], share: float, again: float
) -> None:
    moves = unshown_moves(events, share, again)
    assert moves.shape == (len(events), MOST + 1, MOST + 1)
    assert np.allclose(moves.sum(axis=2), 1)
    assert at_first(moves).sum() == pytest.approx(1)


def test_where_nobody_flickers_nobody_is_counted_unshown() -> None:
    assert unshown_moves([0.0, 4.0], 0.0, 0.3).tolist() == [[[1.0]], [[1.0]]]


def test_the_more_happens_the_more_are_unshown_and_they_are_shown_after_a_while() -> None:
    calm, busy = unshown_moves([1.0, 9.0], 0.02, 0.3)
    assert calm[0, 1] < busy[0, 1]
    assert calm[1, 0] == pytest.approx(0.7, abs=0.02)


def test_whoever_is_unshown_is_counted_on_top_of_the_level() -> None:
    seen = np.array([[0.1, 0.2, 0.7]])
    assert counted_on_top(seen, 1).tolist() == [[[0.1, 0.2, 0.7]]]
    assert counted_on_top(seen, 3).tolist() == [[[0.1, 0.2, 0.7], [0.2, 0.7, 0.0], [0.7, 0.0, 0.0]]]
