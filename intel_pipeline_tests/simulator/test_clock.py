import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intel_pipeline.simulator.clock import RunningClock, SharedClock, VirtualClock


def test_a_virtual_clock_moves_only_when_it_is_moved(start: datetime) -> None:
    clock = VirtualClock(start)
    assert clock.now() == start
    clock.sleep(90)
    assert clock.now() == start + timedelta(seconds=90)
    clock.advance(timedelta(days=1))
    clock.set(start + timedelta(days=2))
    assert clock.now() == start + timedelta(days=2)


def test_a_virtual_clock_never_goes_back(start: datetime) -> None:
    clock = VirtualClock(start)
    with pytest.raises(ValueError, match="go back"):
        clock.set(start - timedelta(seconds=1))
    with pytest.raises(ValueError, match="go back"):
        clock.sleep(-1)
    assert clock.now() == start


def test_clocks_refuse_naive_moments_and_a_standing_pace() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  that is what is refused
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(naive)
    with pytest.raises(ValueError, match="aware"):
        RunningClock(naive)
    with pytest.raises(ValueError, match="positive"):
        RunningClock(datetime(2026, 1, 1, tzinfo=UTC), speed=0)


def test_a_running_clock_lets_a_day_pass_in_a_fraction_of_a_second(start: datetime) -> None:
    clock = RunningClock(start, speed=86_400 * 100)
    began = time.monotonic()
    clock.sleep(86_400)
    assert clock.now() - start >= timedelta(days=1)
    assert time.monotonic() - began < 5


def test_clocks_that_share_a_file_are_never_behind_each_other(tmp_path: Path, start: datetime) -> None:
    one, other = (SharedClock(tmp_path / "clock", start + timedelta(days=days)) for days in (0, 5))
    assert other.now() == start, "whoever comes second finds the clock going"
    one.sleep(90.5)
    other.sleep(0.25)
    assert one.now() == other.now() == start + timedelta(seconds=90.75)
    one.set(start + timedelta(days=2))
    assert other.now() == start + timedelta(days=2)


def test_a_shared_clock_never_goes_back(tmp_path: Path, start: datetime) -> None:
    clock = SharedClock(tmp_path / "clock", start)
    clock.set(start - timedelta(seconds=1))
    clock.sleep(-1)
    assert clock.now() == start


def test_a_shared_clock_that_is_opened_over_and_over_keeps_no_file_open(tmp_path: Path, start: datetime) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        SharedClock(tmp_path / "clock", start).now()
    assert len(list(Path("/proc/self/fd").iterdir())) < before + 20
