import pytest

from intel_pipeline.capture.gap import Band, has_held, learned_band, nearest_gap


@pytest.mark.parametrize(
    ("gaps", "reported", "band"),
    [
        ([], 0, Band(-2, 2)),
        ([], 200, Band(-2, 2)),
        ([], 201, Band(-3, 3)),
        ([], 700, Band(-7, 7)),
        ([], 1_000_000, Band(-10_000, 10_000)),
        ([9, 9], 1000, Band(-10, 10)),
        ([5, 5, 5], 995, Band(3, 7)),
        ([5, 5, 5], 100_000, Band(-195, 205)),
        ([5, 5, 5, 6], 995, Band(3, 7)),
        ([5, 6, 5, 6], 100, Band(3, 8)),
        ([-4, -4, -4], 1000, Band(-6, -2)),
        ([5] * 20 + [400], 995, Band(3, 7)),
        ([90] * 31 + [5] * 30, 995, Band(3, 7)),
    ],
)
def test_the_band_is_the_prior_until_three_gaps_are_known_and_then_lies_around_their_median(
    gaps: list[int], reported: int, band: Band
) -> None:
    assert learned_band(gaps, reported) == band


def test_a_gap_that_flickers_widens_its_band_by_its_own_deviation() -> None:
    flickering = [8, 14, 11, 16, 10, 13, 9]
    band = learned_band(flickering, 1000)
    assert band == Band(-1, 23)
    assert all(gap in band for gap in flickering)
    assert 24 not in band


@pytest.mark.parametrize(
    ("distinct", "reported", "band", "gap"),
    [(990, [1000, 995], Band(-2, 2), 5), (990, [1000, 995], Band(8, 12), 10), (990, [985, 996], Band(-2, 2), -5)],
)
def test_of_two_readings_the_one_that_explains_the_list_best_counts(
    distinct: int, reported: list[int], band: Band, gap: int
) -> None:
    assert nearest_gap(distinct, reported, band) == gap


@pytest.mark.parametrize(
    ("gap", "before", "reported", "held"),
    [
        (15, [15, 15], 1000, True),
        (15, [15], 1000, False),
        (15, [10, 12], 1000, True),
        (16, [10, 12], 1000, False),
        (15, [15, 400, 15], 1000, False),
        (15, [400, 15, 15], 1000, True),
        (50, [50, 50], 1000, True),
        (51, [51, 51], 1000, False),
        (-15, [-15, -15], 1000, True),
        (-51, [-51, -51], 1000, False),
    ],
)
def test_a_gap_has_held_when_three_in_a_row_are_much_the_same_and_small(
    gap: int, before: list[int], reported: int, *, held: bool
) -> None:
    assert has_held(gap, before, reported) == held
