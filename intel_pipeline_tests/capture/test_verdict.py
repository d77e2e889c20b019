import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.capture.gap import Band
from intel_pipeline.capture.history import History
from intel_pipeline.capture.mass_loss import Held, Loss, Losses
from intel_pipeline.capture.verdict import Evidence, assess, follower_verdict
from intel_pipeline_tests.capture.diaries import Diary

COUNT = st.integers(0, 2000)
GAPS = st.lists(st.integers(-2000, 2000), max_size=40).map(tuple)
LOSS = st.builds(Loss, COUNT, COUNT, st.floats(0, 400))


def evidence(**changed: object) -> Evidence:
    whole = {
        "rows": 1000,
        "distinct": 1000,
        "reported_before": 1000,
        "reported_after": 1000,
        "pages": 20,
        "ended": True,
    }
    return Evidence(**{**whole, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, "complete", None),
        ({"rows": 1040}, "complete", None),
        ({"distinct": 990}, "complete", None),
        (
            {"distinct": 989},
            "suspect",
            "989 listed, 1000 reported: a gap of 11, where without history it may lie between -10 and 10",
        ),
        ({"distinct": 1010}, "complete", None),
        ({"distinct": 1011}, "suspect", "1011 listed, 1000 reported: a gap of -11"),
        ({"reported_after": 1400}, "complete", None),
        ({"reported_before": 700}, "complete", None),
        ({"reported_before": 700, "reported_after": 1400}, "suspect", "1000 listed, 700 then 1400 reported"),
        ({"reported_before": None}, "complete", None),
        ({"reported_after": None, "distinct": 900}, "suspect", "900 listed, 1000 reported: a gap of 100"),
        ({"reported_before": None, "reported_after": None}, "suspect", "reported no number"),
        ({"rows": 0, "distinct": 0, "reported_before": 0, "reported_after": 0}, "complete", None),
        (
            {"rows": 0, "distinct": 0, "reported_before": 0, "reported_after": 1},
            "suspect",
            "empty although 1 followers",
        ),
        ({"rows": 0, "distinct": 0}, "suspect", "empty although 1000 followers"),
        ({"ended": False}, "partial", "did not reach the end"),
        ({"ended": False, "broken": "an empty page"}, "partial", "an empty page"),
        ({"broken": "a cursor came back"}, "partial", "a cursor came back"),
        ({"limited": True}, "limited", "only a part"),
        ({"limited": True, "ended": False, "broken": "x", "distinct": 5}, "limited", "only a part"),
    ],
)
def test_a_list_proves_no_more_than_its_evidence(changed: dict[str, object], verdict: str, reason: str | None) -> None:
    found = follower_verdict(evidence(**changed), History())
    assert found.verdict == verdict
    assert (found.reasons == ()) == (reason is None)
    assert reason is None or reason in found.reasons[0]


@given(
    st.builds(History, GAPS, GAPS, st.lists(COUNT, max_size=40).map(tuple)),
    st.builds(Losses, st.none() | LOSS, st.lists(st.builds(Held, st.just("7"), COUNT, LOSS, COUNT), max_size=2)),
    COUNT,
    st.sampled_from([{"limited": True}, {"broken": "an empty page"}, {"ended": False}]),
)
def test_a_list_that_is_limited_broken_or_unended_is_never_complete_whatever_is_known_of_the_target(
    history: History, losses: Losses, distinct: int, fault: dict[str, object]
) -> None:
    found = assess("8", evidence(distinct=distinct, **fault), history, lambda: losses)
    assert found.verdict in ("limited", "partial")
    assert found.resolved == ()


@given(st.builds(History, GAPS, GAPS), st.integers(0, 1))
def test_an_empty_list_is_never_complete_while_anybody_is_reported(history: History, rest: int) -> None:
    empty = evidence(rows=0, distinct=0, reported_before=rest, reported_after=1)
    assert follower_verdict(empty, history).verdict == "suspect"


def test_whoever_is_always_hidden_is_learned_so_that_one_more_who_leaves_is_no_objection() -> None:
    diary = Diary()
    for _ in range(3):
        assert diary.take(range(990), 995).verdict == "complete"
    assert diary.take(range(989), 994).verdict == "complete"
    beyond = diary.take(range(985), 994)
    assert beyond.verdict == "suspect"
    assert beyond.reasons == ("985 listed, 994 reported: a gap of 9, where this target's lies between 3 and 7",)


def test_who_is_missing_without_a_word_from_the_count_is_noticed_once_the_band_is_learned() -> None:
    diary = Diary()
    for _ in range(3):
        diary.take(range(1000), 1000)
    assert diary.take(range(995), 1000).verdict == "suspect"
    assert Diary().take(range(995), 1000).verdict == "complete"


def test_a_gap_that_always_flickers_does_not_make_the_next_one_suspect() -> None:
    diary = Diary()
    for hidden in (8, 4, 9, 6, 2, 7, 1, 9, 3, 12):
        assert diary.take(range(1000 - hidden), 1000).verdict == "complete"


def test_a_gap_beyond_the_prior_is_accepted_when_it_has_held_over_three_captures_and_is_usual_from_then_on() -> None:
    diary = Diary()
    for gap in (15, 16, 15, 15, 14):
        diary.take(range(1000 - gap), 1000)
    assert diary.verdicts == ["suspect", "suspect", "complete", "complete", "complete"]
    assert diary.judgements["3"].reasons == ("the gap of 15 has held over three captures",)
    assert diary.judgements["4"].reasons == ()


def test_a_gap_that_moves_for_good_is_learned_anew_however_long_it_was_another() -> None:
    diary = Diary()
    for gap in [3] * 40 + [15] * 5:
        diary.take(range(1000 - gap), 1000)
    assert diary.verdicts[40:] == ["suspect", "suspect", "complete", "complete", "complete"]


def test_lists_in_between_that_say_nothing_of_the_gap_do_not_begin_the_count_again() -> None:
    diary = Diary()
    diary.take(range(985), 1000)
    diary.take(range(300), 1000, limited=True)
    diary.take(range(985), 1000)
    diary.take((), 1000)
    assert diary.take(range(985), 1000).verdict == "complete"


def test_a_complete_list_in_between_begins_the_count_again() -> None:
    diary = Diary()
    for gap in (15, 15, 0, 15, 15):
        diary.take(range(1000 - gap), 1000)
    assert diary.verdicts == ["suspect", "suspect", "complete", "suspect", "suspect"]


def test_a_list_that_is_cut_short_at_the_same_place_every_time_stays_suspect_for_ever() -> None:
    diary = Diary()
    diary.take(range(1000), 1000)
    for _ in range(12):
        assert diary.take(range(600), 1000).verdict == "suspect"
    baseline = Diary()
    for _ in range(12):
        assert baseline.take(range(600), 1000).verdict == "suspect"


def test_the_evidence_of_a_judgement_is_told_with_it() -> None:
    diary = Diary()
    diary.take(range(1000), 1000)
    found = diary.take(range(5, 1002), 997)
    assert (found.band, found.missing_count, found.missing_limit) == (Band(-10, 10), 5, 50)
