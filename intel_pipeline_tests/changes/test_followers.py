from collections.abc import Callable
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings

from intel_pipeline.changes.followers import MEMBER, OPEN_LOSS, RETURNED, follower_changes
from intel_pipeline_tests.changes.captures import History, Seen, expected, folded, frame, histories, ref, told

# What the rules say is proven of the rules themselves, which costs nothing; that the code says the same costs frames.
thorough = settings(max_examples=200, deadline=None)
dear = settings(max_examples=60, deadline=None)
dearer = settings(max_examples=10, deadline=None)


def kinds(*history: Seen) -> list[tuple[int, str, str]]:
    return [(found.capture, found.kind, found.state) for found in told(folded(history))]


@given(histories)
@dear
def test_captures_teach_what_the_rules_say_of_each_follower_and_nothing_else(history: History) -> None:
    assert told(folded(history)) == expected(history)


@given(histories)
@thorough
def test_no_confirmed_loss_is_contradicted_by_any_capture(history: History) -> None:
    for found in expected(history):
        if found.kind != "left":
            continue
        earlier = history[: found.capture + 1]
        last_seen = max(number for number, seen in enumerate(earlier) if found.user_id in seen.members)
        if found.state == "retracted":
            assert last_seen == found.capture
            continue
        assert history[found.capture].complete
        assert sum(seen.complete for seen in earlier[last_seen + 1 :]) == found.absences
        assert found.state == ("confirmed" if found.absences == 2 else "suspected")


@given(histories)
@dearer
def test_every_loss_that_was_suspected_is_confirmed_retracted_or_still_open_at_the_end(history: History) -> None:
    log = folded(history)
    for rows in log.filter(pl.col("kind") == "left").partition_by("change_id", maintain_order=True):
        states = rows["state"].to_list()
        assert states in (["suspected"], ["suspected", "confirmed"], ["suspected", "retracted"])
        if states == ["suspected"]:
            user_id, number = rows["user_id"][0], told(rows)[0].capture
            assert not any(user_id in seen.members or seen.complete for seen in history[number + 1 :])


@given(histories)
@thorough
def test_nobody_arrives_twice_without_a_confirmed_loss_between(history: History) -> None:
    for user_id in range(1, 5):
        turns = [
            found.kind
            for found in expected(history)
            if found.user_id == user_id and (found.state == "confirmed" and found.kind != "renamed")
        ]
        for first, second in pairwise(turns):
            assert (first == "left") == (second == "refollowed")
            assert (first == "left") != (second == "left")


@given(histories)
@thorough
def test_a_rename_is_told_of_nobody_who_kept_the_name_nor_as_an_arrival(history: History) -> None:
    found = expected(history)
    arrivals = {(one.capture, one.user_id) for one in found if one.kind in ("followed", "refollowed")}
    for one in found:
        if one.kind == "renamed":
            assert one.previous_username != one.username == history[one.capture].members[one.user_id]
            assert (one.capture, one.user_id) not in arrivals
            names = [seen.members[one.user_id] for seen in history[: one.capture] if one.user_id in seen.members]
            assert names[-1] == one.previous_username


@given(histories)
@dearer
def test_ids_are_the_same_each_time_and_tell_changes_apart(history: History) -> None:
    log, again = folded(history), folded(history)
    assert log.equals(again)
    other = folded(history, target="elsewhere")
    assert not set(log["change_id"]) & set(other["change_id"])
    named = log.select("change_id", "user_id", "kind").unique()
    assert named["change_id"].n_unique() == named.height
    assert log.select("change_id", "state").n_unique() == log.height


@given(histories)
@dearer
def test_bounds_enclose_the_change_and_name_the_evidence(history: History) -> None:
    for row in folded(history).iter_rows(named=True):
        number = int(row["capture_id"].rsplit("-", 1)[1])
        capture = ref(number, history[number])
        assert row["learned_at"] == capture.finished_at
        assert row["not_before"] < row["not_after"] <= capture.finished_at
        base = int(row["before_capture_id"].rsplit("-", 1)[1])
        assert base == max(earlier for earlier in range(number) if history[earlier].complete)


def test_the_first_capture_teaches_no_event() -> None:
    assert kinds(Seen({1: "ann"})) == []
    assert kinds(Seen({1: "ann"}, complete=False), Seen({1: "bob", 2: "cem"})) == []


def test_somebody_missing_from_an_incomplete_capture_only_never_left() -> None:
    missing = Seen({}, complete=False)
    assert kinds(Seen({1: "ann"}), missing, missing, missing) == []


def test_absence_from_one_complete_capture_is_a_suspicion_and_from_two_a_loss() -> None:
    assert kinds(Seen({1: "ann"}), Seen({}), Seen({})) == [(1, "left", "suspected"), (2, "left", "confirmed")]


def test_an_incomplete_capture_that_shows_somebody_retracts_the_loss_and_the_next_one_starts_over() -> None:
    shown = Seen({1: "ann"}, complete=False)
    assert kinds(Seen({1: "ann"}), Seen({}), shown, Seen({}), Seen({})) == [
        (1, "left", "suspected"),
        (2, "left", "retracted"),
        (3, "left", "suspected"),
        (4, "left", "confirmed"),
    ]


def test_somebody_back_after_an_incomplete_sighting_is_not_reported_as_new() -> None:
    shown = Seen({1: "ann"}, complete=False)
    assert kinds(Seen({1: "ann"}), Seen({}), shown, Seen({1: "ann"})) == [
        (1, "left", "suspected"),
        (2, "left", "retracted"),
    ]


def test_a_new_name_after_a_suspected_loss_is_a_rename_and_no_arrival() -> None:
    assert kinds(Seen({1: "ann"}), Seen({}), Seen({1: "bob"})) == [
        (1, "left", "suspected"),
        (2, "left", "retracted"),
        (2, "renamed", "confirmed"),
    ]


def test_a_name_that_passes_to_another_id_is_a_loss_and_an_arrival() -> None:
    assert kinds(Seen({1: "ann"}), Seen({2: "ann"})) == [(1, "left", "suspected"), (1, "followed", "confirmed")]


@pytest.mark.parametrize(
    "spoil", [lambda rows: rows.reverse(), lambda rows: pl.concat([rows, rows.tail(1)])], ids=["backwards", "repeated"]
)
def test_an_unsorted_list_is_refused_rather_than_compared(spoil: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    first, second = Seen({1: "ann", 2: "bob"}), Seen({2: "bob", 3: "cem"})
    nothing = {"losses": pl.DataFrame(schema=OPEN_LOSS), "lost_once": pl.DataFrame(schema=RETURNED)}
    with pytest.raises(ValueError, match="before is not sorted by user_id"):
        follower_changes(spoil(frame(first)), ref(0, first), frame(second), ref(1, second), **nothing)
    with pytest.raises(ValueError, match="after is not sorted by user_id"):
        follower_changes(frame(first), ref(0, first), spoil(frame(second)), ref(1, second), **nothing)
    assert frame(first).schema == MEMBER
