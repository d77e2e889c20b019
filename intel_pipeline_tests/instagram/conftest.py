from collections.abc import Iterator
from functools import partial

import pytest

from intel_pipeline.instagram.cookies import Cookies
from intel_pipeline.instagram.instaloader_source import InstaloaderSource
from intel_pipeline.instagram.meter import metered
from intel_pipeline.instagram.pace import Pace
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.adapter import routed
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import PLAIN, trial_world

LIMITS = RateLimits(window=60, hour=200, day=30_000, interval=2)


@pytest.fixture
def instagram(clock: VirtualClock) -> Iterator[Instagram]:
    """The stand-in, which alone can be reached from here."""
    with routed(Instagram(trial_world(7, clock.now(), clock))) as instagram:
        yield instagram


@pytest.fixture
def pace(registry: Registry, clock: VirtualClock) -> "partial[Pace]":
    return partial(Pace, ledger=registry.ledger, clock=clock, session="desk", limits=LIMITS, longest_wait=30.0)


@pytest.fixture
def logged_out(instagram: Instagram, pace: "partial[Pace]") -> Iterator[InstaloaderSource]:
    with metered(open_context(5, pace)) as context:
        yield InstaloaderSource(context, "simulator", 50)


@pytest.fixture
def cookies(instagram: Instagram) -> Cookies:
    return log_in(open_context(5), PLAIN.username, PLAIN.password, lambda: "")


@pytest.fixture
def source(pace: "partial[Pace]", cookies: Cookies) -> Iterator[InstaloaderSource]:
    context = open_context(5, pace)
    context.load_session(PLAIN.username, cookies)
    with metered(context):
        yield InstaloaderSource(context, "simulator", 50)
