import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.stretches import Pieces, stretches

ids = st.sets(st.integers(-50, 50))
sizes = st.integers(1, 60)
Keys = list[int]


def in_pieces(keys: Keys, size: int = 100) -> Pieces:
    for start in range(0, len(keys), size):
        some = np.array(keys[start : start + size])
        yield some, some * 2


def in_stretches(before: Pieces, after: Pieces) -> list[tuple[Keys, Keys]]:
    return [(earlier.tolist(), later.tolist()) for (earlier, _), (later, _) in stretches(before, after)]


@given(ids, ids, sizes, sizes)
def test_both_sides_are_gone_through_together(before: set[int], after: set[int], size: int, size_after: int) -> None:
    found = in_stretches(in_pieces(sorted(before), size), in_pieces(sorted(after), size_after))
    for side, whole in enumerate((before, after)):
        assert [key for pair in found for key in pair[side]] == sorted(whole)
    # Nobody is told of one side in one stretch and of the other one in another.
    both = [key for earlier, later in found for key in sorted({*earlier, *later})]
    assert both == sorted(before | after)


@given(ids, ids, sizes)
def test_what_else_is_in_a_row_stays_with_its_key(before: set[int], after: set[int], size: int) -> None:
    for pair in stretches(in_pieces(sorted(before), size), in_pieces(sorted(after))):
        for keys, doubled in pair:
            assert (keys * 2).tolist() == doubled.tolist()


@pytest.mark.parametrize("size", [1, 2, 9])
@pytest.mark.parametrize("keys", [[2, 1], [1, 1], [1, 2, 2, 3], [1, 3, 2, 4], [5, 6, 7, 8, 1], [1, np.nan], [np.nan]])
def test_what_does_not_rise_is_refused_by_name(keys: Keys, size: int) -> None:
    with pytest.raises(ValueError, match="before is not sorted by key"):
        in_stretches(in_pieces(keys, size), in_pieces([1, 2, 3]))
    with pytest.raises(ValueError, match="after is not sorted by key"):
        in_stretches(in_pieces([1, 2, 3]), in_pieces(keys, size))


def test_sides_are_closed_when_one_is_refused() -> None:
    closed = []

    def side(name: str, keys: Keys) -> Pieces:
        try:
            yield from in_pieces(keys, 2)
        finally:
            closed.append(name)

    with pytest.raises(ValueError, match="not sorted"):
        in_stretches(side("good", [1, 2, 3, 4, 5, 6]), side("bad", [1, 3, 2, 4]))
    assert sorted(closed) == ["bad", "good"]
