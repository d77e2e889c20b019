from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.changes.balance import Weighing
from intel_pipeline.changes.patience import MARGIN
from intel_pipeline.changes.rows import KEPT, WEIGHED, Weighed, entered, kept_promises, needed, weighed
from intel_pipeline.changes.standing import Row, Since

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)


def row(reported: float = 100.0, **more: object) -> Row:
    return Row(capture_id="c", started_at=AT, finished_at=AT, listed=100, reported=reported, **more)  # type: ignore[arg-type]


def test_exact_counts_are_weighed_for_a_while_and_erring_ones_for_twice_as_long() -> None:
    exact = weighed([row()] * (KEPT + 1))
    assert len(exact.rows) == WEIGHED + 1
    erring = weighed([row(100.0 + number * 5 % 7 - 3) for number in range(KEPT + 1)])
    assert len(erring.rows) == KEPT + 1
    assert erring.counts > exact.counts


@given(st.integers(0, 5))
def test_no_more_rows_are_kept_than_may_be_weighed(more: int) -> None:
    balance: tuple[Row, ...] = ()
    for _ in range(KEPT + more):
        balance = entered(balance, row(), Since(arrived=1))
    assert len(balance) == min(KEPT + 1, KEPT + more)
    assert balance[-1].arrived == 1


def test_k_is_what_flickering_and_counts_both_need() -> None:
    calm = [row()] * 60
    assert needed(calm, flicker=2, counts=0.5)[-1] == 2
    assert needed(calm, flicker=6, counts=0.5)[-1] == 6
    assert needed(calm, flicker=2, counts=9.6 / MARGIN)[50] == 12


def test_there_is_no_k_that_takes_more_counts_than_are_kept() -> None:
    calm = [row()] * 60
    assert needed(calm, flicker=2, counts=49.9 / MARGIN)[50] is None
    for counts in (0.2 * number for number in range(1, 500)):
        assert all(k is None or k <= KEPT for k in needed(calm, flicker=2, counts=counts))


def test_a_reveal_in_a_list_without_order_breaks_the_level_until_flickering_explains_nobody_more() -> None:
    revealed = [*[row()] * 3, row(revealed=1), *[row()] * 6]
    assert needed(revealed, flicker=4, counts=0.5) == [None, 4, 4, *[None] * 5, 4, 4]
    ordered = [row(revealed=1, edges=(0,))] * 3
    assert needed(ordered, flicker=4, counts=0.5) == [None, 4, 4]


def test_where_it_is_doubtful_who_had_left_the_counts_before_and_after_do_not_tell_the_same_level() -> None:
    doubtful = [*[row()] * 9, row(let_go_doubt=0.5), *[row()] * 9]
    exact = needed(doubtful, flicker=2, counts=0.5)
    assert exact[6:13] == [2, 2, None, None, None, 2, 2]
    erring = needed(doubtful, flicker=2, counts=3.0)
    assert [number for number, k in enumerate(erring) if k] == [13, 14, 15, 16, 17, 18]


def found(*chances: float, missing: int = 1) -> Weighed:
    """Return as many rows as chances that one of those who went missing then is hidden."""
    return Weighed([row(missing=missing)] * len(chances), (), Weighing(chances), 0.5)


def test_k_is_not_promised_beside_a_loss_that_it_has_not_decided() -> None:
    assert kept_promises([2] * 5, found(0, 0.3, 0, 0, 0)) == [None, 2, None, None, None]
    # One in a hundred may be undecided.
    assert kept_promises([2] * 103, found(*[0] * 101, 0.3, 0)) == [2] * 103


def test_a_loss_that_has_not_lasted_k_or_has_none_breaks_no_promise() -> None:
    assert kept_promises([2, 5, 2, 2], found(0, 0.3, 0, 0)) == [2, 5, 2, 2]
    assert kept_promises([2, None, 2, 2], found(0, 0.3, 0, 0)) == [2, None, 2, 2]


def test_who_is_hidden_breaks_no_promise() -> None:
    assert kept_promises([2] * 5, found(0, 0, 1.0, 0, 0)) == [2] * 5


@given(st.lists(st.sampled_from([0.0, 0.3, 0.9, 1.0]), min_size=1, max_size=9), st.data())
def test_the_promise_to_a_loss_does_not_depend_on_whether_it_was_decided_itself(
    chances: list[float], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(chances) - 1))
    promised = {
        kept_promises([2] * len(chances), found(*chances[:number], own, *chances[number + 1 :]))[number]
        for own in (0.0, 0.3, 1.0)
    }
    assert len(promised) == 1
