"""The seven cases that the best tracker in the field gets wrong or refuses, each with the right answer."""

from intel_pipeline.capture.gap import learned_band
from intel_pipeline.capture.history import History as Learned
from intel_pipeline.capture.verdict import Evidence, follower_verdict
from intel_pipeline_tests.changes.captures import Seen, fates, people

EVERYBODY = range(1000, 0, -1)


def listed(*hidden: int) -> dict[int, str]:
    return people(*(number for number in EVERYBODY if number not in hidden))


def evidence(rows: int, distinct: int, reported: int) -> Evidence:
    return Evidence(
        rows=rows, distinct=distinct, reported_before=reported, reported_after=reported, pages=rows // 50, ended=True
    )


def test_a_rename_is_a_rename_and_nobody_left_or_followed() -> None:
    assert fates([Seen(listed()), Seen({**listed(), 7: "other"})]) == {(7, "renamed", "confirmed")}


def test_a_real_loss_beside_five_who_are_always_hidden_is_found() -> None:
    hidden = 1, 2, 3, 4, 5
    assert follower_verdict(evidence(994, 989, 994), Learned(gaps=(5, 5, 5))).verdict == "complete"
    history = [Seen(listed(*hidden), reported=1000), *(Seen(listed(*hidden, 500), reported=999) for _ in range(3))]
    assert fates(history) == {(500, "left", "confirmed")}


def test_a_first_list_that_is_cut_is_no_baseline_so_nobody_followed_later() -> None:
    assert follower_verdict(evidence(600, 600, 1000), Learned()).verdict == "suspect"
    cut = people(*range(1000, 400, -1))
    assert fates([Seen(cut, complete=False, reported=1000), Seen(listed())]) == set()


def test_another_hidden_part_each_time_is_neither_losses_nor_follows() -> None:
    first, second = range(1, 16), range(100, 110)
    history = [Seen(listed(*first), reported=1000), Seen(listed(*second), reported=1000), Seen(listed(), reported=1000)]
    found = fates(history)
    assert {(kind, state) for _, kind, state in found} == {("revealed", "confirmed"), ("left", "retracted")}


def test_a_page_that_came_twice_in_place_of_another_proves_nobodys_absence() -> None:
    assert follower_verdict(evidence(1000, 960, 1000), Learned(gaps=(0, 0, 0))).verdict == "suspect"
    history = [Seen(listed()), *(Seen(listed(*range(1, 41)), complete=False, reported=1000) for _ in range(4))]
    assert fates(history) == set()


def test_a_list_that_is_longer_than_what_may_be_asked_for_keeps_what_it_brought() -> None:
    begun = Evidence(rows=500, distinct=500, reported_before=2001, reported_after=None, pages=10, ended=False)
    assert follower_verdict(begun, Learned()).verdict == "partial"
    half = Seen(people(*range(1000, 500, -1)), complete=False, reported=1000)
    assert fates([half, Seen(listed(999), reported=999)]) == {(999, "left", "suspected")}


def test_an_empty_list_beside_a_count_is_no_mass_unfollow() -> None:
    assert follower_verdict(evidence(0, 0, 1000), Learned(gaps=(0, 0, 0))).verdict == "suspect"
    assert fates([Seen(listed()), Seen({}, complete=False, reported=1000)]) == set()


def test_the_band_of_a_target_whose_followers_hide_is_its_own() -> None:
    assert 5 in learned_band((5, 5, 5), 995)
    assert 12 not in learned_band((5, 5, 5), 995)
