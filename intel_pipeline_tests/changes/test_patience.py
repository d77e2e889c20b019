from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.balance import BOUND
from intel_pipeline.changes.patience import ACCIDENT, FEWEST, absences_needed, flicker_absences, missing_again

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


def test_k_is_what_flickering_and_counts_both_need() -> None:
    assert absences_needed(2, 0.5, 60) == 2
    assert absences_needed(6, 0.5, 60) == 6
    assert absences_needed(2, 9.6, 60) == 10


def test_there_is_no_k_where_too_few_counts_are_known_before_the_loss_or_too_many_would_have_to_follow() -> None:
    assert absences_needed(2, 10.0, 9) is None
    assert absences_needed(2, 64.5, 80) is None
    assert absences_needed(2, float("inf"), 64) is None
