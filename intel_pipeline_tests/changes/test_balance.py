import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intel_pipeline.changes import levels
from intel_pipeline.changes.balance import BOUND, WIDEST, coincides, counts_to_tell, weigh, weigh_all
from intel_pipeline.changes.count_chances import unseen_moves
from intel_pipeline.changes.entries import Entry, columns_of

QUIET = Entry(listed=100, away=0, reported=100, moved=0, arrived=0, missing=0)


def days(*entries: tuple[int, float]) -> tuple[Entry, ...]:
    """Return entries of (missing, how far the count has fallen), a hundred followers at first."""
    listed = 100
    found = []
    for missing, fallen in entries:
        listed -= missing
        found.append(Entry(listed, 0, 100 - fallen, 0, 0, missing))
    return tuple(found)


BEFORE = [(0, 0)] * 12
entries = st.lists(
    st.builds(
        Entry,
        st.integers(0, 200),
        st.integers(0, 5),
        st.integers(0, 200).map(float),
        st.integers(0, 3),
        st.integers(0, 5),
        st.integers(0, 5),
        st.booleans(),
        st.integers(0, 3),
        st.booleans(),
        st.floats(0, 0.3),
        st.floats(0, 0.3),
    ),
    max_size=12,
)


@given(entries)
@settings(max_examples=60)
def test_a_chance_is_a_share_of_those_missing_and_none_is_known_of_the_first(history: list[Entry]) -> None:
    weighing = weigh(tuple(history))
    assert len(weighing.chances) == len(history)
    assert all(-1e-9 <= chance <= 1 + 1e-9 for chance in weighing.chances)
    assert weighing.chances[:1] in ((), (1.0,))


@given(st.lists(st.tuples(entries.map(tuple), st.sampled_from([0.0, 0.3])), max_size=6))
@settings(max_examples=60)
def test_weighed_together_balances_come_to_what_each_comes_to_alone(
    balances: list[tuple[tuple[Entry, ...], float]],
) -> None:
    # To the last bit: a rebuild weighs other targets together than the days that it makes anew.
    assert weigh_all([*balances, *balances]) == 2 * [weigh_all([one])[0] for one in balances]


day = st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from([0, 0, 1]))


@given(st.lists(day, min_size=17, max_size=40), st.sampled_from([0.0, 0.3]), st.sampled_from([1, 3, 1000]))
@settings(max_examples=40, deadline=None)
def test_when_what_is_believed_is_divided_by_its_sum_does_not_matter(
    course: list[tuple[int, int, int]], again: float, captures: int
) -> None:
    listed, reported, entries = 100, 100.0, []
    for missing, fallen, away in course:
        listed, reported = listed - missing, reported - fallen
        entries.append(Entry(listed - away, away if again else 0, reported, 0, 0, missing))
    (found,) = weigh_all([(tuple(entries), again)])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(levels, "RENEWED", captures)
        (otherwise,) = weigh_all([(tuple(entries), again)])
    assert otherwise.chances == pytest.approx(found.chances, abs=1e-12)
    assert otherwise.evidence == pytest.approx(found.evidence, abs=1e-9)


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_so_do_histories_of_a_single_step(missing: int) -> None:
    history = (Entry(100, 0, 100.0, 0, 0, 0), Entry(98, 0, 98.0, 0, 0, missing))
    assert weigh_all([(history, 0.0)] * 3) == 3 * weigh_all([(history, 0.0)])


def test_whoever_the_count_lets_go_has_left() -> None:
    chances = weigh(days(*BEFORE, (1, 1), (0, 1), (0, 1))).chances
    assert chances[len(BEFORE)] < BOUND


def test_whoever_is_counted_on_is_hidden() -> None:
    chances = weigh(days(*BEFORE, (1, 0), (0, 0), (0, 0))).chances
    assert chances[len(BEFORE)] > 0.9


def test_of_two_who_vanish_together_while_the_count_falls_by_one_either_may_be_hidden() -> None:
    chances = weigh(days(*BEFORE, (2, 1), (0, 1), (0, 1))).chances
    assert chances[len(BEFORE)] == pytest.approx(0.5, abs=0.05)


def test_a_count_that_falls_a_day_late_is_believed_once_it_has_fallen() -> None:
    late = days(*[(1, number) for number in range(14)], (0, 14), (0, 14), (0, 14))
    assert weigh(late).chances[10] < 0.01


def test_one_count_that_errs_proves_nothing() -> None:
    noisy = [(0, number % 3 - 1) for number in range(20)]
    chances = weigh(days(*noisy, (1, 1))).chances
    assert chances[len(noisy)] > BOUND


def test_where_counts_and_list_have_lost_each_other_nothing_is_proven() -> None:
    lost = weigh((QUIET, QUIET._replace(reported=100.0 + 2 * WIDEST)))
    assert lost.chances == (1.0, 1.0)
    assert counts_to_tell([lost]) == [float("inf")]


def test_without_a_gap_nobody_unseen_comes_or_goes_and_with_one_they_do_as_others_do() -> None:
    losing = (QUIET, *[QUIET._replace(missing=2, arrived=4)] * 9)
    hidden = tuple(entry._replace(reported=110.0) for entry in losing)
    without, with_gap = unseen_moves(columns_of([losing, hidden]))
    assert without == pytest.approx((0.0003, 0.0003))
    assert with_gap == pytest.approx((0.2003, 0.3))


def test_who_is_away_for_a_while_is_not_hidden_for_good() -> None:
    flickering = tuple(QUIET._replace(reported=105.0, away=5, missing=1) for _ in range(9))
    assert unseen_moves(columns_of([flickering]))[0][0] < 0.001


def test_where_hiding_and_leaving_unseen_coincide_too_often_no_number_of_counts_tells() -> None:
    hiding = [(0, 0), *[(1, number // 2) for number in range(40)]]
    history = tuple(entry._replace(reported=entry.reported + 20) for entry in days(*hiding))
    assert coincides(weigh(history), 1.0)
    exact = days(*BEFORE, (1, 1), (0, 1))
    assert not coincides(weigh(exact), 1.0)
    assert counts_to_tell([weigh(exact)])[0] < 4


@pytest.mark.parametrize("moved", [81, 83, 1001])
def test_a_count_that_moves_wildly_while_the_list_is_read_proves_nothing_about_a_loss(moved: int) -> None:
    hidden = days(*BEFORE, *[(1, 0), *[(0, 0)] * 3])
    wild = (*hidden, hidden[-1]._replace(reported=hidden[-1].reported + 0.5, moved=moved))
    assert weigh(hidden).chances[len(BEFORE)] > 0.9
    assert weigh(wild).chances[len(BEFORE)] > 0.5


def test_more_missing_at_once_than_can_be_reckoned_with_are_not_proven_to_have_left() -> None:
    many = Entry(10, 0, 10, 0, 0, 2_000_000)
    assert weigh((many._replace(listed=2_000_010, reported=2_000_010, missing=0), many, many)).chances[1] == 1


def test_counts_that_have_lost_the_list_explain_nothing() -> None:
    lost = weigh((QUIET, QUIET._replace(reported=100.0 + 2 * WIDEST)))
    assert lost.evidence == float("-inf")


def test_entries_that_explain_the_counts_better_have_more_evidence() -> None:
    left, hidden = days(*BEFORE, (1, 1), (0, 1)), days(*BEFORE, (0, 1), (0, 1))
    assert weigh(left).evidence > weigh(hidden).evidence + 2


def test_a_newcomer_who_is_counted_before_being_listed_hides_no_loss_where_followers_flicker() -> None:
    def beside_a_newcomer(away: int) -> float:
        calm = QUIET._replace(listed=100 - away, away=away)
        early, rest = calm._replace(reported=101), [calm] * 2
        lost, listed = calm._replace(missing=1), calm._replace(arrived=1)
        history = (*[calm] * 20, early, lost, calm, listed, *rest)
        return weigh(history, again=0.3).chances[21]

    assert beside_a_newcomer(away=4) < BOUND
    assert beside_a_newcomer(away=0) > BOUND


def test_where_it_is_doubtful_who_had_left_a_loss_is_not_proven_by_the_count_of_that_day() -> None:
    def after_a_loss(**doubt: float) -> float:
        lost = QUIET._replace(listed=99, reported=99, missing=1, **doubt)
        return weigh((*[QUIET] * 12, lost, *[lost._replace(missing=0, **dict.fromkeys(doubt, 0.0))] * 8)).chances[12]

    assert after_a_loss() < BOUND
    assert after_a_loss(lower=0.1) > BOUND
    assert after_a_loss(higher=0.1) < BOUND


def test_where_only_the_count_tells_who_is_new_it_proves_no_loss_of_that_day() -> None:
    lost = QUIET._replace(reported=100, arrived=1, revealed=1, missing=1)
    after = [QUIET._replace(reported=100)] * 8
    assert weigh((*[QUIET] * 12, lost._replace(mixed=True), *after)).chances[12] > BOUND


def test_a_count_that_rises_for_somebody_revealed_does_not_err() -> None:
    def after_a_rise(revealed: int) -> float:
        risen = QUIET._replace(listed=101, reported=101)
        lost = QUIET._replace(missing=1)
        return weigh((*[QUIET] * 12, risen._replace(revealed=revealed), lost, *[QUIET] * 4)).chances[13]

    assert after_a_rise(revealed=1) < BOUND
    assert after_a_rise(revealed=0) > BOUND
