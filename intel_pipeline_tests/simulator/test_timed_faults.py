from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.timed_faults import Record, Spell, Timed, cut
from intel_pipeline.simulator.wire.exchange import Call, call_of, refusal

REFUSED = refusal(429, "wait")


def call(path: str = "/api/v1/friendships/1/followers/?count=50") -> Call:
    return call_of("GET", "www.instagram.com", path, {}, b"")


def test_a_timed_fault_holds_for_its_spell_and_for_what_it_is_about(start: datetime) -> None:
    clock = VirtualClock(start)
    fault = Timed(clock, start, 7, Spell(1, 6.0, 0.5), "/friendships/", lambda _: REFUSED)
    assert fault.intercept(call()) is None
    clock.set(start + timedelta(days=1, hours=6))
    assert fault.intercept(call()) is REFUSED
    assert fault.intercept(call("/")) is None
    clock.sleep(1800)
    assert fault.intercept(call()) is None


def test_a_share_of_the_calls_fails_and_every_process_agrees_on_which(start: datetime) -> None:
    def failing() -> list[bool]:
        clock = VirtualClock(start)
        fault = Timed(clock, start, 7, Spell(0, 0.0, 24.0), "", lambda _: REFUSED, 0.2)
        found = []
        for _ in range(500):
            clock.sleep(2)
            found.append(fault.intercept(call()) is not None)
        return found

    assert failing() == failing()
    assert 50 < sum(failing()) < 150


def test_a_connection_that_is_cut_is_an_error_of_the_network(start: datetime) -> None:
    fault = Timed(VirtualClock(start), start, 7, Spell(0, 0.0, 24.0), "", cut)
    with pytest.raises(requests.exceptions.ConnectionError):
        fault.intercept(call())


def test_what_is_read_of_lists_and_posts_is_taken_down_with_its_day(start: datetime, tmp_path: Path) -> None:
    record = Record(VirtualClock(start), tmp_path / "calls")
    for path in (
        "/api/v1/friendships/1/followers/?count=50",
        "/desk.001/",
        "/api/v1/friendships/1/followers/?max_id=x",
    ):
        assert record.intercept(call(path)) is None
    lines = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == [f"{start:%Y-%m-%d}"] * 2
    assert lines[1].endswith("max_id=x")
