import random
from collections.abc import Iterable

from intel_pipeline.changes.returns import CAME_BACK, SOME_CAME_BACK
from intel_pipeline_tests.changes.captures import Seen, folded, people

CROWD = range(40, 0, -1)


def without(*missing: int, first: tuple[int, ...] = ()) -> dict[int, str]:
    return people(*first, *(number for number in CROWD if number not in missing))


def retracted(history: Iterable[Seen]) -> list[tuple[int, str | None]]:
    log, _ = folded([*history])
    return [*log.filter(state="retracted").select("user_id", "reason").iter_rows()]


def test_who_is_back_at_the_top_of_the_list_had_left_whatever_the_counts_say() -> None:
    back = Seen(without(7, first=(7,)), reported=40)
    assert retracted([Seen(without()), Seen(without(7), reported=40), back]) == [(7, CAME_BACK)]


def test_who_was_at_the_top_before_may_merely_have_flickered() -> None:
    assert retracted([Seen(without()), Seen(without(40), reported=40), Seen(without())]) == [(40, None)]


def test_who_is_back_at_the_old_place_had_left_if_the_count_fell_and_rose_again() -> None:
    quiet = [Seen(without())] * 8
    assert retracted([*quiet, Seen(without(7)), Seen(without())]) == [(7, CAME_BACK)]
    assert retracted([*quiet, Seen(without(7), reported=40), Seen(without())]) == [(7, None)]


def test_the_counts_tell_those_apart_who_went_missing_at_different_times() -> None:
    history = [*[Seen(without())] * 8, Seen(without(7), reported=40), Seen(without(7, 9), reported=39)]
    assert sorted(retracted([*history, Seen(without())])) == [(7, None), (9, CAME_BACK)]


def test_the_counts_tell_how_many_had_left_of_those_who_went_missing_and_came_back_together() -> None:
    quiet = [Seen(without())] * 8
    history = [*quiet, Seen(without(7, 9, 12), reported=39), Seen(without())]
    assert sorted(retracted(history)) == [(7, SOME_CAME_BACK), (9, None), (12, None)]
    _, standing = folded([*history, Seen(without(21)), Seen(without(21))])
    assert [(row.missing, row.away) for row in standing.balance[-5:]] == [(0, 0), (1, 2), (0, 0), (1, 0), (0, 0)]
    assert standing.balance[-3].arrived == 1


def test_an_incomplete_list_shows_who_is_back_and_the_counts_before_tell_why() -> None:
    quiet = [Seen(without())] * 12
    shown = Seen(people(7), complete=False)
    assert retracted([*quiet, *[Seen(without(7), reported=40)] * 2, shown]) == [(7, None)]


def test_whoever_flickered_was_away_and_makes_the_next_absence_count_for_less() -> None:
    flicker = [Seen(without()), Seen(without(7), reported=40)] * 4
    _, standing = folded([*flicker, Seen(without())])
    assert [row.away for row in standing.balance] == [0, 1] * 4 + [0]
    assert sum(row.returned for row in standing.balance) == 4
    log, _ = folded([*flicker, Seen(without()), *[Seen(without(9))] * 2])
    assert log.filter(user_id=9, state="confirmed").is_empty()


def test_counts_that_wobble_tell_returns_apart_in_lists_without_order() -> None:
    generator = random.Random(0)

    def seen(*missing: int) -> Seen:
        members = [*without(*missing).items()]
        generator.shuffle(members)
        return Seen(dict(members), reported=len(members) + generator.choice([-1, 0, 0, 1]))

    history = [seen() for _ in range(12)]
    for gone in (7, 12, 23, 31):
        history += [*(seen(gone) for _ in range(6)), *(seen() for _ in range(5))]
    # Those who are not among them had been confirmed to have left.
    assert {reason for _, reason in retracted(history)} == {CAME_BACK}
