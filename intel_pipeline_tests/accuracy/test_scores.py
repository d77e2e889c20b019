from collections.abc import Iterable

import pytest

from intel_pipeline.accuracy import baselines, claims
from intel_pipeline.accuracy.baselines import BY_ID, BY_USERNAME, COUNT_CHECKED
from intel_pipeline.accuracy.claims import Claim
from intel_pipeline.accuracy.course import Course
from intel_pipeline.accuracy.figures import shortcomings
from intel_pipeline.accuracy.scores import Score, scored
from intel_pipeline.accuracy.truth import Truth
from intel_pipeline.simulator.events import Event
from intel_pipeline_tests.accuracy.courses import course, event, morning, reading

CROWD = range(40, 0, -1)


def without(*missing: int) -> list[int]:
    return [number for number in CROWD if number not in missing]


def truth(taken: Course, *events: Event) -> Truth:
    return Truth(CROWD, events, taken)


def said(taken: Course, baseline: str) -> set[tuple[str, int]]:
    return {(claim.kind, claim.user_id) for claim in baselines.claims(taken, baseline)}


# Somebody leaves between the mornings 19 and 20, when it has long been seen that the counts are exact.
LEFT = course(*[(CROWD, 40)] * 20, *[(without(7), 39)] * 4)


def test_a_loss_that_happened_within_its_bounds_is_true_and_found() -> None:
    known = truth(LEFT, event(19.5, "left", 7))
    score = scored(known, known.happenings(), claims.ours(LEFT))["left"]
    assert (score.claimed, score.untrue, score.happened, score.found, score.proven) == (1, 0, 1, 1, 1)
    assert (score.precision, score.recall) == (1, 1)
    assert score.days == pytest.approx([1.5], abs=0.01)
    assert score.hours == pytest.approx([24], abs=0.1)


@pytest.mark.parametrize("events", [[], [event(18.5, "left", 7)], [event(19.5, "left", 8)], [event(19.5, "hidden", 7)]])
def test_a_loss_of_somebody_else_at_another_time_or_merely_hidden_is_untrue(events: Iterable[Event]) -> None:
    known = truth(LEFT, *events)
    score = scored(known, known.happenings(), claims.ours(LEFT))["left"]
    assert (score.claimed, score.untrue) == (1, 1)
    assert score.precision == 0


def test_a_loss_that_nobody_claims_is_missed() -> None:
    known = truth(LEFT, event(19.5, "left", 7))
    score = scored(known, known.happenings(), [])["left"]
    assert (score.happened, score.found, score.recall, score.precision) == (1, 0, 0, None)


def test_a_loss_counts_from_the_second_capture_without_the_follower_on() -> None:
    short = course((CROWD, 40), (CROWD, 40), (without(7), 39))
    assert list(truth(short, event(1.5, "left", 7)).happenings()) == []


def test_who_was_never_listed_was_never_seen_to_leave() -> None:
    never = course(*[(without(7), 40)] * 2, *[(without(7), 39)] * 3)
    assert list(truth(never, event(1.5, "left", 7)).happenings()) == []


def test_who_was_not_shown_any_more_when_they_left_was_not_seen_to_leave() -> None:
    gone = course((CROWD, 40), (CROWD, 40), (without(7), 40), (without(7), 39), (without(7), 39), (without(7), 39))
    assert list(truth(gone, event(2.5, "left", 7)).happenings()) == []


def test_a_loss_is_clouded_by_somebody_who_hides_between_the_same_captures() -> None:
    both = course((CROWD, 40), (CROWD, 40), *[(without(7, 8), 39)] * 3)
    known = truth(both, event(1.4, "hidden", 8), event(1.5, "left", 7))
    assert [happening.clouded for happening in known.happenings()] == [True]


@pytest.mark.parametrize(("hidden", "clouded"), [(0.5, False), (1.5, True), (2.5, True), (3.5, True), (4.5, False)])
def test_a_loss_is_clouded_by_somebody_who_hides_a_single_count_away(hidden: float, clouded: bool) -> None:  # noqa: FBT001
    def listed(day: int) -> list[int]:
        return without(*([7] if day > 2.5 else []), *([8] if day > hidden else []))

    days = course(*[(listed(day), 39 if day > 2.5 else 40) for day in range(9)])
    known = truth(days, event(hidden, "hidden", 8), event(2.5, "left", 7))
    assert [happening.clouded for happening in known.happenings()] == [clouded]


def test_a_loss_is_not_clouded_by_somebody_whom_lists_before_and_after_vouch_for() -> None:
    back = course((CROWD, 40), (CROWD, 40), (without(7, 8), 39), (without(7), 39), (without(7), 39))
    assert [happening.clouded for happening in truth(back, event(1.5, "left", 7)).happenings()] == [False]


def test_a_loss_is_clouded_by_a_newcomer_who_is_not_shown_yet() -> None:
    late = course((CROWD, 40), (CROWD, 40), (without(7), 40), ([99, *without(7)], 40), ([99, *without(7)], 40))
    known = truth(late, event(1.4, "followed", 99), event(1.5, "left", 7))
    assert [(one.kind, one.clouded) for one in known.happenings()] == [("followed", False), ("left", True)]


def test_somebody_new_was_seen_to_follow_and_a_member_of_the_first_list_was_not() -> None:
    more = course((CROWD, 40), ([90, *CROWD], 41), ([90, *CROWD], 41))
    known = truth(more, event(0.5, "followed", 90), event(-1, "followed", 7))
    assert [(one.kind, one.user_id) for one in known.happenings()] == [("followed", 90)]
    score = scored(known, known.happenings(), claims.ours(more))["followed"]
    assert (score.claimed, score.untrue, score.confirmed) == (1, 0, 1)


def test_a_rename_is_seen_between_two_lists() -> None:
    renamed = Course()
    renamed.take(reading(0, CROWD, 40))
    renamed.take(reading(1, CROWD, 40, {7: "other"}))
    known = truth(renamed, event(0.5, "renamed", 7), event(1.5, "renamed", 8))
    score = scored(known, known.happenings(), claims.ours(renamed))["renamed"]
    assert (score.claimed, score.untrue, score.happened, score.found) == (1, 0, 1, 1)
    assert said(renamed, BY_USERNAME) == {("left", 7), ("followed", 7)}
    assert said(renamed, BY_ID) == set()


def test_baselines_believe_a_list_that_is_cut_and_the_checked_one_throws_it_away() -> None:
    cut = course((CROWD, 40), (range(40, 10, -1), 40), (CROWD, 40))
    losses = {("left", number) for number in range(1, 11)}
    assert said(cut, BY_ID) == said(cut, BY_USERNAME) == losses | {("followed", number) for number in range(1, 11)}
    assert said(cut, COUNT_CHECKED) == set()


def test_the_checked_baseline_never_sees_a_loss_beside_somebody_hidden() -> None:
    hidden = course((without(1), 40), *[(without(1, 7), 39)] * 3)
    assert said(hidden, COUNT_CHECKED) == set()
    assert said(hidden, BY_ID) == {("left", 7)}


def test_a_list_that_is_held_back_teaches_once_another_agrees() -> None:
    few = range(40, 20, -1)
    held = course((CROWD, 40), (CROWD, 40), (few, 20))
    assert [one.held for one in held.earlier] == [False, False, True]
    assert held.log().is_empty()
    held.take(reading(3, few, 20))
    assert [one.past.verdict for one in held.earlier] == ["complete"] * 4
    gone = [claim for claim in claims.ours(held) if claim.kind == "left"]
    assert {claim.user_id for claim in gone} == set(range(1, 21))
    assert {(claim.not_before, claim.not_after) for claim in gone} == {(morning(1), morning(2.001))}


def test_scores_add_up_and_say_what_falls_short() -> None:
    good, bad = Score(claimed=9, happened=9, found=9, lasting=9, found_lasting=9, provable=9, proven=9), Score()
    bad.add(good)
    bad.add(Score(claimed=1, untrue=1, happened=1, lasting=1, provable=1))
    assert (bad.claimed, bad.precision, bad.recall_of_provable) == (10, 0.9, 0.9)
    fine = {"left": good, "followed": Score(), "renamed": Score()}
    assert list(shortcomings("none", fine)) == []
    poor = {"left": bad, "followed": Score(claimed=9, untrue=1), "renamed": Score(claimed=2, untrue=1, happened=2)}
    assert len(list(shortcomings("none", poor))) == 5


def test_a_claim_of_the_wrong_kind_finds_nothing() -> None:
    known = truth(LEFT, event(19.5, "left", 7))
    wrong = Claim("followed", 7, morning(19), morning(20), morning(22))
    scores = scored(known, known.happenings(), [wrong])
    assert (scores["left"].found, scores["followed"].untrue) == (0, 1)
