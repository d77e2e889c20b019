"""A process that spends: real instaloader asks its own simulator for follower pages, on a registry that others share.

Started with the registry's URL and the number of requests; prints what its simulator saw: the moment and the path of each.
"""

import sys
from datetime import UTC, datetime
from functools import partial

from intel_pipeline.instagram.instaloader_source import InstaloaderSource
from intel_pipeline.instagram.meter import metered
from intel_pipeline.instagram.pace import Pace
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.instagram.source import Subject
from intel_pipeline.registry.limits import RateLimits
from intel_pipeline.registry.store import open_registry
from intel_pipeline.simulator.adapter import routed
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.server import Instagram, Logged
from intel_pipeline.simulator.trial_world import PLAIN, trial_world

START = datetime(2026, 11, 24, 6, tzinfo=UTC)
LIMITS = RateLimits(window=5, hour=12, day=900, interval=20)
# Each process has a clock of its own, which the others' turns may be far ahead of.
PATIENT = 1e9


def spend(url: str, requests: int) -> list[Logged]:
    """Log in and ask for the first page of followers until so many requests are sent; return what was seen of them."""
    clock = VirtualClock(START)
    registry = open_registry(url, clock)
    pace = partial(Pace, ledger=registry.ledger, clock=clock, session="desk", limits=LIMITS, longest_wait=PATIENT)
    instagram = Instagram(trial_world(7, START, clock))
    asked = Subject("open", "tide.tables", instagram.world.target_id("open"))
    print("ready", flush=True)  # noqa: T201  all begin at once
    sys.stdin.readline()
    with routed(instagram), metered(open_context(5, pace)) as context:
        log_in(context, PLAIN.username, PLAIN.password, lambda: "")
        source = InstaloaderSource(context, "simulator", 50)
        while len(instagram.requests) < requests:
            source.followers(asked, None)
    registry.close()
    return instagram.requests


if __name__ == "__main__":
    for seen in spend(sys.argv[1], int(sys.argv[2])):
        print(seen.moment.isoformat(), seen.path)  # noqa: T201  the witness
