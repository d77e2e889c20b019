from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.parcels import parcels


@given(sizes=st.lists(st.integers(0, 20)), size=st.integers(0, 40), number=st.integers(1, 5) | st.none())
def test_parcels_hold_everything_in_its_order_and_no_more_than_is_allowed_unless_one_thing_alone_is_greater(
    sizes: list[int], size: int, number: int | None
) -> None:
    found = list(parcels(enumerate(sizes), size, number))
    assert [thing for parcel in found for thing in parcel] == list(range(len(sizes)))
    for parcel in found:
        assert len(parcel) == 1 or sum(sizes[thing] for thing in parcel) <= size
        assert number is None or len(parcel) <= number
    for parcel, after in pairwise(found):
        # What comes next would not have had a place any more.
        assert sum(sizes[thing] for thing in [*parcel, after[0]]) > size or len(parcel) == number
