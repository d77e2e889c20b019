from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.balance import BOUND
from intel_pipeline.changes.patience import ACCIDENT, FEWEST, MARGIN, counts_after, flicker_absences, missing_again

flickering = st.integers(1, 200).flatmap(lambda returned: st.tuples(st.just(returned), st.integers(returned, 2000)))


def test_nobody_flickers_until_somebody_has() -> None:
    assert flicker_absences(0, 0, 0) == FEWEST == 2


@given(flickering, st.integers(0, 500))
def test_flickering_explains_no_more_of_those_missing_than_is_allowed(seen: tuple[int, int], confirmed: int) -> None:
    returned, waited = seen
    absences = flicker_absences(returned, waited, confirmed)
    again = missing_again(returned, waited)
    left_over = returned / max(confirmed, 1) * again ** (absences - 1) * ACCIDENT
    assert left_over <= BOUND * 1.0000001
    assert absences == FEWEST or left_over / again > BOUND


@given(flickering, st.integers(1, 500))
def test_the_longer_followers_stay_away_the_longer_it_takes(seen: tuple[int, int], confirmed: int) -> None:
    returned, waited = seen
    assert flicker_absences(returned, waited + returned, confirmed) >= flicker_absences(returned, waited, confirmed)


def test_the_fewer_counts_are_known_before_a_loss_the_more_must_follow_it() -> None:
    assert counts_after(9.6 / MARGIN, 1_000_000) == 10
    assert counts_after(10.0 / MARGIN, 20) == 20
    assert counts_after(10.0 / MARGIN, 11) == 110


def test_no_number_of_counts_after_a_loss_makes_up_for_too_few_before_it() -> None:
    assert counts_after(10.0 / MARGIN, 10) is None
    assert counts_after(0.5, 0) is None
    assert counts_after(float("inf"), 64) is None
