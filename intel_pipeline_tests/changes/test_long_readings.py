"""Lists that are read over days: whoever is asked for is shown as of the moment that their page is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from intel_pipeline.changes.comparison import MEMBER
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.followers import learn
from intel_pipeline.changes.standing import nothing_known
from intel_pipeline.contracts.change import FOLLOWER_CHANGE
from intel_pipeline_tests.changes.captures import START

# Every reading takes five days, and the next one begins a day later.
READING, EVERY = 5.0, 6.0
STAYING = 30


@dataclass(frozen=True)
class Person:
    """Somebody who follows from one day to another; whole days are when readings begin and end."""

    number: int
    came: float
    left: float

    def follows(self, day: float) -> bool:
        return self.came <= day < self.left


def day_of(moment: datetime) -> float:
    return (moment - START) / timedelta(days=1)


def shown(crowd: list[Person], began: float) -> list[Person]:
    """Return who is in a list kept newest first that is read over READING days: each place at a moment of its own.

    Whoever follows after the first page stands above it and is not shown, although they are there at the end.
    """
    order = sorted((one for one in crowd if one.came <= began), key=lambda one: -one.came)
    return [one for place, one in enumerate(order) if one.follows(began + READING * place / max(1, len(order) - 1))]


def learned(crowd: list[Person], readings: int) -> pl.DataFrame:
    """Return the log of changes of so many readings, one after the other."""
    standing, log = nothing_known(), pl.DataFrame(schema=FOLLOWER_CHANGE)
    for number in range(readings):
        began = number * EVERY
        members = shown(crowd, began)
        counts = [sum(one.follows(day) for one in crowd) for day in (began, began + READING)]
        moments = [START + timedelta(days=day) for day in (began, began + READING)]
        spread = abs(counts[1] - counts[0])
        ref = CaptureRef(
            f"desk-{number}",
            "desk",
            *moments,
            complete=True,
            listed=len(members),
            reported=sum(counts) / 2,
            moved=spread,
        )
        rows = [(one.number, f"person.{one.number}", place) for place, one in enumerate(members)]
        lesson = learn(standing, ref, pl.DataFrame(sorted(rows), schema=MEMBER, orient="row").lazy())
        standing, log = lesson.standing, pl.concat([log, lesson.changes])
    return log


moments = st.floats(-3.0, 20.0).map(lambda day: round(day, 2) + 0.003)


@given(st.lists(st.tuples(moments, st.floats(0.1, 30.0)), max_size=8))
@settings(max_examples=80, deadline=None)
def test_what_happened_lies_between_its_two_moments_however_long_a_list_takes(spans: list[tuple[float, float]]) -> None:
    staying = [Person(number, -100.0 - number, 1e9) for number in range(1, STAYING + 1)]
    moving = [Person(100 + number, came, came + stays) for number, (came, stays) in enumerate(spans)]
    for row in learned([*staying, *moving], 4).iter_rows(named=True):
        if row["kind"] == "revealed" or row["state"] == "retracted":
            continue
        one = next(one for one in moving if one.number == row["user_id"])
        happened = one.left if row["kind"] == "left" else one.came
        assert day_of(row["not_before"]) <= happened <= day_of(row["not_after"]), row


def test_who_leaves_while_the_list_is_read_may_be_in_it_and_has_not_left_before_it_began() -> None:
    staying = [Person(number, -100.0 - number, 1e9) for number in range(1, STAYING + 1)]
    newest = Person(100, -1.0, 3.0)
    (loss, *_) = learned([*staying, newest], 2).iter_rows(named=True)
    assert (loss["user_id"], loss["kind"], loss["state"]) == (100, "left", "suspected")
    # On the third day the reading of 0 to 5 was still going on, so its end proves nothing about them.
    assert (day_of(loss["not_before"]), day_of(loss["not_after"])) == (0.0, 11.0)


def test_who_follows_while_the_list_is_read_is_not_in_it_and_may_have_followed_since_it_began() -> None:
    staying = [Person(number, -100.0 - number, 1e9) for number in range(1, STAYING + 1)]
    late = Person(100, 21.0, 1e9)
    (arrival,) = learned([*staying, late], 5).iter_rows(named=True)
    assert (arrival["user_id"], arrival["kind"]) == (100, "followed")
    # The reading of 18 to 23 did not show them, and proves only that they did not follow when it began.
    assert (day_of(arrival["not_before"]), day_of(arrival["not_after"])) == (18.0, 29.0)


def test_while_little_is_known_of_a_target_who_followed_during_a_reading_may_as_well_have_been_hidden() -> None:
    staying = [Person(number, -100.0 - number, 1e9) for number in range(1, STAYING + 1)]
    (arrival,) = learned([*staying, Person(100, 3.0, 1e9)], 2).iter_rows(named=True)
    assert (arrival["user_id"], arrival["kind"]) == (100, "revealed")
