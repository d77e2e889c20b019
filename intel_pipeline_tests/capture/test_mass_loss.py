import pytest

from intel_pipeline.capture.mass_loss import Loss, limit
from intel_pipeline_tests.capture.diaries import Diary

WHOLE, AFTER = range(1000), range(400, 1000)


def diary() -> Diary:
    begun = Diary()
    begun.take(WHOLE, 1000)
    return begun


@pytest.mark.parametrize(
    ("earlier", "days", "losses", "most"),
    [
        (40, 1, (), 5),
        (100, 1, (), 5),
        (101, 1, (), 6),
        (1000, 1, (), 50),
        (1000, 0.1, (), 50),
        (1000, 1.5, (), 75),
        (1000, 10, (), 500),
        (1000, 1, (3, 12), 50),
        (1000, 1, (3, 13), 52),
        (1000, 2, (3, 13), 104),
        (1000, 1, (400, *[1] * 30), 50),
    ],
)
def test_as_many_may_be_missing_as_size_history_and_the_days_that_passed_make_plausible(
    earlier: int, days: float, losses: tuple[int, ...], most: int
) -> None:
    assert limit(Loss(earlier, 0, days), losses) == most


def test_who_leaves_at_a_plausible_pace_is_no_mass_loss() -> None:
    begun = diary()
    assert begun.take(range(50, 1000), 950).verdict == "complete"
    assert begun.take(range(97, 1000), 903).verdict == "complete"


def test_four_hundred_of_a_thousand_missing_at_once_are_held_back_and_the_reason_says_what_releases_them() -> None:
    found = diary().take(AFTER, 600)
    assert (found.verdict, found.held, found.missing_count, found.missing_limit) == ("suspect", True, 400, 50)
    assert found.reasons[0] == (
        "400 of 1000 followers are missing at once, where at most 50 are plausible; held back until another capture "
        "agrees, or `intel-pipeline captures accept 2`"
    )


def test_the_next_capture_that_agrees_is_complete_and_releases_the_one_held_back() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    found = begun.take(range(402, 1001), 599)
    assert (found.verdict, found.held, found.reasons) == ("complete", False, ())
    assert begun.verdicts == ["complete", "complete", "complete"]
    assert [(one.capture_id, one.reason) for one in found.resolved] == [
        ("2", "held back for 400 missing at once; released, because capture 3 agrees")
    ]


def test_when_the_followers_are_listed_again_the_one_held_back_is_suspect_for_good() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    found = begun.take(WHOLE, 1000)
    assert (found.verdict, found.missing_count) == ("complete", 0)
    assert begun.verdicts == ["complete", "suspect", "complete"]
    assert (
        found.resolved[0].reason == "held back for 400 missing at once; suspect for good, because capture 3 disagrees"
    )
    assert begun.take(AFTER, 600).held


def test_a_long_wait_does_not_turn_a_whole_list_into_a_witness_for_the_cut_one() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    assert begun.take(WHOLE, 1000, days=30).verdict == "complete"
    assert begun.verdicts == ["complete", "suspect", "complete"]


def test_one_that_agrees_with_neither_is_held_back_too_and_only_those_are_released_that_are_borne_out() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    other = begun.take(range(500), 500)
    assert (other.held, other.resolved) == (True, ())
    found = begun.take(range(499), 499)
    assert found.verdict == "complete"
    assert [(one.capture_id, one.verdict) for one in found.resolved] == [("2", "suspect"), ("3", "complete")]
    assert begun.verdicts == ["complete", "suspect", "complete", "complete"]


def test_one_that_lacks_still_more_bears_nothing_out() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    found = begun.take(range(700, 1000), 300)
    assert (found.held, found.resolved, begun.entries["2"].held) == (True, (), True)


def test_a_list_that_is_not_complete_for_other_reasons_neither_releases_nor_ends_the_wait() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    assert begun.take(AFTER, 600, limited=True).verdict == "limited"
    assert begun.take(AFTER, 700).verdict == "suspect"
    assert begun.entries["2"].held
    begun.take(AFTER, 600)
    assert begun.verdicts == ["complete", "complete", "limited", "suspect", "complete"]


def test_a_mass_loss_that_was_held_back_does_not_make_the_next_one_usual() -> None:
    begun = diary()
    begun.take(AFTER, 600)
    begun.take(AFTER, 600)
    assert begun.take(range(700, 1000), 300).held


def test_what_left_over_a_long_pause_teaches_by_the_day() -> None:
    begun = diary()
    assert begun.take(range(400, 1000), 600, days=10).verdict == "complete"
    found = begun.take(range(400, 1000), 600)
    assert found.missing_limit == 4 * 40


def test_a_growing_list_and_a_first_one_have_nothing_to_be_held_back_for() -> None:
    begun = Diary()
    first = begun.take(AFTER, 600)
    assert (first.verdict, first.missing_count) == ("complete", None)
    assert begun.take(WHOLE, 1000).missing_count == 0
