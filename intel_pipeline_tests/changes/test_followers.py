from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings

from intel_pipeline.changes.followers import learn
from intel_pipeline.changes.losses import CONTRADICTED
from intel_pipeline.changes.standing import nothing_known
from intel_pipeline_tests.changes.captures import (
    CHANGE,
    START,
    History,
    Seen,
    fates,
    folded,
    frame,
    histories,
    people,
    ref,
    told,
)

dear = settings(max_examples=40)
CROWD = range(40, 0, -1)


def without(*missing: int, first: tuple[int, ...] = ()) -> dict[int, str]:
    return people(*first, *(number for number in CROWD if number not in missing))


@given(histories)
@dear
def test_every_confirmed_loss_was_missing_from_two_complete_captures_in_a_row_at_least(history: History) -> None:
    log, _ = folded(history)
    for row in log.filter((pl.col("kind") == "left") & (pl.col("state") == "confirmed")).iter_rows(named=True):
        began, learned = (int(row[name].rsplit("-", 1)[1]) for name in ("first_capture_id", "capture_id"))
        since = history[began : learned + 1]
        assert sum(seen.complete for seen in since) == row["absences"] >= 2
        assert not any(row["user_id"] in seen.members for seen in since)


@given(histories)
@dear
def test_who_was_ever_shown_is_never_forgotten(history: History) -> None:
    _, standing = folded(history)
    known = [standing.members.lazy().collect()["user_id"], standing.losses["user_id"], standing.lost["user_id"]]
    assert set(pl.concat(known)) == {user_id for seen in history for user_id in seen.members}
    assert sum(map(len, known)) == len(set(pl.concat(known)))


@given(histories)
@dear
def test_comings_and_goings_of_one_follower_take_turns(history: History) -> None:
    log, _ = folded(history)
    for user_id in range(1, 5):
        mine = log.filter((pl.col("user_id") == user_id) & (pl.col("state") == "confirmed"))
        turns = [kind for kind in mine["kind"] if kind != "renamed"]
        for first, second in pairwise(turns):
            assert (first == "left") == (second == "refollowed")
            assert (first == "left") != (second == "left")


@given(histories)
@dear
def test_a_loss_is_suspected_until_it_is_either_confirmed_or_retracted(history: History) -> None:
    log, _ = folded(history)
    for rows in log.filter(pl.col("kind") == "left").partition_by(CHANGE, maintain_order=True):
        *earlier, last = rows["state"]
        assert set(earlier) <= {"suspected"}
        assert rows["state"][0] == "suspected" or last == "suspected"


@given(histories)
@dear
def test_bounds_enclose_a_moment_and_nothing_is_learned_twice(history: History) -> None:
    log, _ = folded(history)
    assert log.equals(folded(history)[0])
    assert log.filter(pl.col("not_before") >= pl.col("not_after")).is_empty()
    assert log.select(*CHANGE, "state", "capture_id").is_unique().all()


def test_the_first_complete_capture_teaches_no_event() -> None:
    assert told([Seen(without())]) == []
    assert told([Seen(without(1, 2), complete=False), Seen(without())]) == []


def test_somebody_shown_before_the_first_complete_capture_and_missing_from_it_is_suspected_to_have_left() -> None:
    assert told([Seen(without(), complete=False), Seen(without(7))]) == [(1, 7, "left", "suspected")]


def test_somebody_missing_from_incomplete_captures_only_never_left() -> None:
    cut = Seen(without(*range(1, 30)), complete=False)
    assert told([Seen(without()), cut, cut, cut]) == []


def test_a_loss_that_the_count_agrees_with_is_confirmed() -> None:
    history = [Seen(without()), Seen(without(7)), Seen(without(7)), Seen(without(7))]
    assert told(history)[0] == (1, 7, "left", "suspected")
    assert fates(history) == {(7, "left", "confirmed")}


def test_somebody_missing_for_good_while_the_count_stays_is_never_said_to_have_left() -> None:
    history = [Seen(without()), *(Seen(without(7), reported=40) for _ in range(40))]
    log, _ = folded(history)
    assert set(log["state"]) == {"suspected"}
    assert log["reason"][-1] == CONTRADICTED
    assert log.height < 5


def test_an_incomplete_capture_that_shows_somebody_retracts_the_loss() -> None:
    shown = Seen(people(7), complete=False)
    history = [Seen(without()), Seen(without(7)), shown, Seen(without())]
    assert told(history) == [(1, 7, "left", "suspected"), (2, 7, "left", "retracted")]


def test_a_new_name_after_a_suspected_loss_is_a_rename_and_no_arrival() -> None:
    back = {**without(), 7: "other"}
    assert fates([Seen(without()), Seen(without(7)), Seen(back)]) == {
        (7, "left", "retracted"),
        (7, "renamed", "confirmed"),
    }


def test_who_comes_back_after_a_confirmed_loss_refollowed_under_whatever_name() -> None:
    gone = [Seen(without(7))] * 3
    back = {7: "other", **without(7)}
    assert fates([Seen(without()), *gone, Seen(back)]) == {
        (7, "left", "confirmed"),
        (7, "refollowed", "confirmed"),
        (7, "renamed", "confirmed"),
    }


def test_a_newcomer_at_the_top_followed_and_one_who_surfaces_below_was_revealed() -> None:
    listed = people(90, *range(40, 20, -1), 91, *range(20, 0, -1))
    assert told([Seen(without()), Seen(listed, reported=41)]) == [
        (1, 90, "followed", "confirmed"),
        (1, 91, "revealed", "confirmed"),
    ]


def test_a_newcomer_who_is_listed_late_below_newer_ones_followed_since_a_capture_earlier() -> None:
    calm, newer = [Seen(without())] * 5, Seen(without(first=(91,)), reported=42)
    log, _ = folded([*calm, newer, Seen(without(first=(91, 90)), reported=42)])
    assert log.select("user_id", "kind", "state", "not_before").rows() == [
        (91, "followed", "confirmed", START + timedelta(days=4)),
        (90, "followed", "confirmed", START + timedelta(days=4)),
    ]


def test_who_surfaces_below_somebody_known_for_long_was_revealed_however_near_the_top() -> None:
    calm, newer = [Seen(without(), reported=41)] * 5, Seen(without(first=(91,)), reported=42)
    surfaced = Seen(people(91, 40, 90, *range(39, 0, -1)))
    assert told([*calm, newer, surfaced]) == [(5, 91, "followed", "confirmed"), (6, 90, "revealed", "confirmed")]


def test_in_a_list_without_order_an_arrival_is_believed_as_far_as_the_count_rises() -> None:
    shuffled = sorted(CROWD, key=lambda number: number * 7 % 41)
    more = [*shuffled[::-1], 90]
    assert told([Seen(people(*shuffled)), Seen(people(*more))]) == [(1, 90, "followed", "confirmed")]
    assert told([Seen(people(*shuffled)), Seen(people(*more), reported=40)]) == [(1, 90, "revealed", "confirmed")]


def test_of_those_who_appear_in_a_list_without_order_as_many_are_new_as_the_count_has_risen_by() -> None:
    shuffled = sorted(CROWD, key=lambda number: number * 7 % 41)
    more = people(*shuffled[::-1], 90, 91, 92)
    _, standing = folded([Seen(people(*shuffled), reported=42), Seen(more, reported=43)])
    assert (standing.balance[-1].arrived, standing.balance[-1].revealed) == (1, 2)
    assert told([Seen(people(*shuffled), reported=42), Seen(more, reported=43)]) == [
        (1, 90, "revealed", "confirmed"),
        (1, 91, "revealed", "confirmed"),
        (1, 92, "revealed", "confirmed"),
    ]


def test_a_name_that_passes_to_another_id_is_a_loss_and_an_arrival() -> None:
    passed = {90: "person.7", **without(7)}
    assert told([Seen(without()), Seen(passed)]) == [(1, 7, "left", "suspected"), (1, 90, "followed", "confirmed")]


@pytest.mark.parametrize(
    "spoil", [lambda rows: rows.reverse(), lambda rows: pl.concat([rows, rows.tail(1)])], ids=["backwards", "repeated"]
)
def test_an_unsorted_list_is_refused_rather_than_compared(spoil: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
    first, second = Seen(people(1, 2, 3)), Seen(people(2, 3, 4))
    standing = learn(nothing_known(), ref(0, first), frame(first)).standing
    with pytest.raises(ValueError, match="after is not sorted by key"):
        learn(standing, ref(1, second), spoil(frame(second)))
