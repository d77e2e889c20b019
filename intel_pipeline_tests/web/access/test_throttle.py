from datetime import datetime, timedelta

import pytest

from intel_pipeline.clock import SystemClock
from intel_pipeline.web.access import throttle
from intel_pipeline.web.access.throttle import Key, Pace, Throttle, network_of

USER = Key("user", "ada", Pace(3, 10.0))
ADDRESS = Key("address", "192.0.2.7", Pace(5, 1.0))


def test_so_many_tries_are_let_through_and_then_one_every_so_often(clock):
    tries = Throttle(clock)
    assert [tries.take([USER]) for _ in range(3)] == [None] * 3
    refused = tries.take([USER])
    assert refused is not None
    assert (refused.wait, refused.first) == (10.0, True)
    clock.advance(timedelta(seconds=4))
    refused = tries.take([USER])
    assert refused is not None
    assert (refused.wait, refused.first) == (6.0, False)
    clock.advance(timedelta(seconds=6))
    assert tries.take([USER]) is None
    refused = tries.take([USER])
    assert refused is not None
    assert refused.first


def test_no_more_than_the_most_gather_however_long_nobody_tries(clock):
    tries = Throttle(clock)
    clock.advance(timedelta(days=300))
    assert [tries.take([USER]) is None for _ in range(4)] == [True, True, True, False]


def test_a_try_that_one_key_refuses_costs_the_other_nothing(clock):
    tries = Throttle(clock)
    for _ in range(9):
        tries.take([ADDRESS, USER])
    assert [tries.take([ADDRESS]) is None for _ in range(3)] == [True, True, False]


def test_what_is_given_back_can_be_tried_again(clock):
    tries = Throttle(clock)
    for _ in range(20):
        assert tries.take([USER, ADDRESS]) is None
        tries.give_back([USER, ADDRESS])


def test_a_clock_that_is_set_back_takes_nothing_away(clock):
    hours = iter((1, 0, 0, 0))

    class SetBack(SystemClock):
        def now(self) -> datetime:
            return clock.now() + timedelta(hours=next(hours))

    tries = Throttle(SetBack())
    assert [tries.take([USER]) is None for _ in range(4)] == [True, True, True, False]


def test_what_is_remembered_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_KEYS", 10)
    tries = Throttle(clock)
    for number in range(50):
        tries.take([Key("user", str(number), Pace(1, 60.0))])
    assert len(tries._buckets) == 10  # noqa: SLF001  how much it holds is the point
    assert tries.take([Key("user", "49", Pace(1, 60.0))]) is not None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, "unknown"),
    ],
)
def test_who_has_a_network_of_addresses_is_one(address, network):
    assert network_of(address) == network
