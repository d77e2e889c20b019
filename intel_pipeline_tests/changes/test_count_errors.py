import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.count_errors import (
    ERRING,
    LATE,
    OFF_BY,
    REACH,
    Circumstances,
    believed,
    ways,
)
from intel_pipeline.changes.counts_needed import Asked, counts_needed, undecided

CALM = Circumstances(moved=0, arrived=0, missing=0)
circumstances = st.builds(Circumstances, st.integers(0, 9), st.integers(0, 300), st.integers(0, 300))


def chance(at: Circumstances, way: int, error: float) -> float:
    return float(ways(at)[way, round(2 * (error + REACH))])


@given(circumstances)
def test_each_way_to_err_is_a_distribution(at: Circumstances) -> None:
    assert ways(at).shape == (len(believed()), 4 * REACH + 1)
    assert (ways(at) >= 0).all()
    assert (ways(at).sum(axis=1) <= 1 + 1e-9).all()
    assert believed().sum() == pytest.approx(1)
    assert len(believed()) == 1 + len(LATE) + len(OFF_BY) + len(ERRING)


def test_an_exact_count_is_off_by_no_more_than_it_moved_while_the_list_was_read() -> None:
    assert chance(CALM, 0, 0) > 0.999
    moved = Circumstances(moved=2, arrived=3, missing=0)
    assert chance(moved, 0, 1) == pytest.approx(chance(moved, 0, -1)) == pytest.approx(1 / 3, abs=0.01)
    assert chance(moved, 0, 2) < 0.001


def test_a_late_count_is_too_low_for_arrivals_and_too_high_for_losses_and_right_on_a_quiet_day() -> None:
    late = 1 + [*LATE].index((0.25, 0.0, 0))
    arrivals, losses = Circumstances(0, 1, 0), Circumstances(0, 0, 1)
    assert chance(arrivals, late, -1) == pytest.approx(0.25, abs=0.01)
    assert chance(losses, late, 1) == pytest.approx(0.25, abs=0.01)
    assert chance(CALM, late, 0) > 0.999


def test_a_late_count_may_be_off_by_one_besides() -> None:
    late = 1 + [*LATE].index((0.5, 0.0, 1))
    arrival = Circumstances(0, 1, 0)
    assert chance(arrival, late, -2) == pytest.approx(1 / 6, abs=0.01)
    assert chance(arrival, late, 1) == pytest.approx(1 / 6, abs=0.01)
    assert chance(CALM, late, 1) == pytest.approx(1 / 3, abs=0.01)


def test_two_readings_that_are_far_apart_leave_their_mean_less_room_to_be_off() -> None:
    by_one = 1 + len(LATE)
    assert chance(CALM, by_one, 1) == pytest.approx(1 / 3, abs=0.01)
    assert chance(Circumstances(2, 0, 0), by_one, 0) > 0.99


@given(circumstances)
def test_a_mean_of_readings_an_even_number_apart_is_never_off_by_a_half(at: Circumstances) -> None:
    impossible = ways(at)[:, (1 - at.moved % 2) :: 2]
    assert (impossible < 1e-12).all()


def test_the_more_a_count_errs_the_more_of_them_it_takes() -> None:
    sure = [float(row) for row in np.eye(len(believed()))[0]]
    noisy = [float(row) for row in np.eye(len(believed()))[-1]]
    few, many = counts_needed([Asked([CALM] * 9, way, 10.0) for way in (sure, noisy)])
    assert few < 2
    assert many > 20
    likely, unlikely = counts_needed([Asked([CALM], sure, odds) for odds in (10.0, 1000.0)])
    assert likely < unlikely


def test_how_many_counts_it_takes_does_not_depend_on_what_else_is_asked() -> None:
    sure, noisy = ([float(row) for row in np.eye(len(believed()))[place]] for place in (0, -1))
    asked = [Asked([CALM] * 3, way, odds) for way in (sure, noisy) for odds in (2.0, 1e3, 1e6)]
    assert counts_needed(asked) == [counts_needed([one])[0] for one in asked]


@pytest.mark.parametrize("way", [2, 3, 6, 8, 14])
def test_as_many_losses_stay_undecided_as_when_counts_are_drawn(way: int) -> None:
    places = [Circumstances(0, arrived, missing) for arrived, missing in ((2, 1), (0, 2), (3, 0), (1, 1), (0, 0))]
    generator, odds, counts, draws = np.random.default_rng(way), 20.0, 20, 20_000
    against = np.zeros(draws)
    days = generator.integers(0, len(places), (draws, counts))
    for number, at in enumerate(places):
        chances = ways(at)[way] / ways(at)[way].sum()
        hiding = np.concatenate([[0, 0], chances[:-2]])
        told = np.log((chances + 1e-300) / (hiding + 1e-300))[
            generator.choice(len(chances), (draws, counts), p=chances)
        ]
        against += (told * (days == number)).sum(axis=1)
    expected = undecided([Asked(places, (), odds)])(np.array([[float(counts)]]))[0, 0, way]
    assert (against < np.log(odds)).mean() == pytest.approx(expected, rel=0.4, abs=0.001)
