import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import instaloader
import pytest

from intel_pipeline.simulator.adapter import routed
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.front import serve_front
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import trial_world
from intel_pipeline.simulator.world import World

NewLoader = Callable[[], instaloader.Instaloader]


class Patient(instaloader.RateController):
    """The stock limits, waited for on a clock of its own."""

    def __init__(self, context: instaloader.InstaloaderContext) -> None:
        super().__init__(context)
        self.clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))

    def sleep(self, secs: float) -> None:
        self.clock.sleep(secs)


@pytest.fixture
def start() -> datetime:
    return datetime(2026, 11, 2, 6, tzinfo=UTC)


@pytest.fixture
def clock(start: datetime) -> VirtualClock:
    return VirtualClock(start)


@pytest.fixture
def world(start: datetime, clock: VirtualClock) -> World:
    return trial_world(7, start, clock)


@pytest.fixture
def instagram(world: World) -> Instagram:
    return Instagram(world)


@pytest.fixture(params=["in this process", "through the proxy"])
def route(
    request: pytest.FixtureRequest, instagram: Instagram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    if request.param == "in this process":
        with routed(instagram):
            yield request.param
    else:
        with serve_front(instagram, directory=tmp_path / "papers") as front:
            for name, value in front.environment().items():
                monkeypatch.setenv(name, value)
            yield request.param


@pytest.fixture
def new_loader() -> Iterator[NewLoader]:
    loaders: list[instaloader.Instaloader] = []

    def make() -> instaloader.Instaloader:
        loaders.append(
            instaloader.Instaloader(
                sleep=False, quiet=True, max_connection_attempts=1, iphone_support=False, rate_controller=Patient
            )
        )
        return loaders[-1]

    yield make
    for loader in loaders:
        loader.close()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
