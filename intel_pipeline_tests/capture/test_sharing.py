from datetime import date

from intel_pipeline.capture.sharing import Lack, Shares, Standing, share
from intel_pipeline.registry.capture_queries import Reading

DAY, DAY_BEFORE = date(2026, 11, 24), date(2026, 11, 23)
BOTH = ("annex", "desk")
COOLS, STOPPED = "desk cools down", "desk is stopped"


def standings(annex: int | Standing = 100, desk: int | Standing = 100) -> dict[str, Standing]:
    given = {"annex": annex, "desk": desk}
    return {name: one if isinstance(one, Standing) else Standing(None, one) for name, one in given.items()}


def last(session: str) -> Reading:
    return Reading(session, DAY_BEFORE)


def test_a_target_of_any_goes_to_the_session_with_the_most_left() -> None:
    assert share([Lack("a", BOTH)], standings(annex=9, desk=10), DAY).reads == {"desk": ["a"]}


def test_what_a_target_will_cost_counts_for_the_next_one() -> None:
    lacks = [Lack("a", BOTH, cost=60), Lack("b", BOTH, cost=70), Lack("c", BOTH, cost=20), Lack("d", BOTH)]
    assert share(lacks, standings(), DAY).reads == {"annex": ["a", "c"], "desk": ["b", "d"]}


def test_a_target_stays_with_whom_it_was_read_last_while_that_has_budget_for_the_whole_of_it() -> None:
    few = standings(annex=50, desk=1000)
    assert share([Lack("a", BOTH, last=last("annex"), cost=50)], few, DAY).reads == {"annex": ["a"]}
    assert share([Lack("a", BOTH, last=last("annex"), cost=51)], few, DAY).reads == {"desk": ["a"]}
    assert share([Lack("a", ("desk",), last=last("annex"))], few, DAY).reads == {"desk": ["a"]}


def test_a_session_that_cannot_be_used_keeps_only_those_waiting_that_it_alone_may_read() -> None:
    lacks = [Lack("a", ("desk",)), Lack("b", BOTH), Lack("c", ("annex",))]
    found = share(lacks, standings(desk=Standing(COOLS, 1000)), DAY)
    assert found == Shares(reads={"annex": ["b", "c"]}, waiting={"a": COOLS})


def test_where_none_can_be_used_every_reason_is_told() -> None:
    found = share([Lack("a", BOTH)], standings(annex=Standing("annex rests", 9), desk=Standing(COOLS, 9)), DAY)
    assert found.waiting == {"a": "annex rests; desk cools down"}


def test_what_nobody_may_read_is_neither_read_nor_waiting() -> None:
    assert share([Lack("a", ())], standings(), DAY) == Shares(unread=["a"])


def test_no_more_are_read_than_may_be_and_those_who_wait_take_nobodys_place() -> None:
    lacks = [Lack("a", ("desk",)), Lack("b", ("annex",)), Lack("c", ("annex",)), Lack("d", ("annex",))]
    found = share(lacks, standings(desk=Standing(COOLS, 9)), DAY, most=2)
    assert (found.reads, list(found.waiting)) == ({"annex": ["b", "c"]}, ["a"])


def test_a_capture_in_progress_goes_on_with_the_session_that_began_it_or_waits_for_it() -> None:
    begun = Lack("a", BOTH, begun=Reading("desk", DAY))
    assert share([begun], standings(annex=1000, desk=1), DAY).reads == {"desk": ["a"]}
    assert share([begun], standings(desk=Standing(COOLS, 9)), DAY).waiting == {"a": COOLS}
    assert share([begun], standings(desk=Standing(STOPPED, 9, stopped=True)), DAY).waiting == {"a": STOPPED}


def test_a_capture_whose_session_was_stopped_in_the_middle_is_begun_anew_by_another_only_on_another_day() -> None:
    stopped = standings(desk=Standing(STOPPED, 9, stopped=True))
    assert share([Lack("a", BOTH, begun=Reading("desk", DAY_BEFORE))], stopped, DAY).reads == {"annex": ["a"]}
    assert share([Lack("a", ("desk",), begun=Reading("desk", DAY_BEFORE))], stopped, DAY).waiting == {"a": STOPPED}
    cooling = standings(desk=Standing(COOLS, 9))
    assert share([Lack("a", BOTH, begun=Reading("desk", DAY_BEFORE))], cooling, DAY).waiting == {"a": COOLS}


def test_a_capture_whose_session_may_not_read_the_target_any_more_goes_to_one_that_may() -> None:
    begun = Lack("a", ("annex",), begun=Reading("desk", DAY))
    assert share([begun], standings(), DAY).reads == {"annex": ["a"]}


def test_a_capture_of_before_sessions_were_written_down_is_gone_on_with_by_whoever_may() -> None:
    begun = Lack("a", BOTH, begun=Reading(None, DAY))
    assert share([begun], standings(annex=1, desk=9), DAY).reads == {"desk": ["a"]}
