from collections import Counter
from datetime import datetime, timedelta

import pytest

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.demo_world import DEMO_TARGETS, DEMO_VIEWER, demo_world


@pytest.mark.parametrize("seed", range(4))
def test_every_target_of_the_demo_has_something_to_show_in_its_first_fortnight(start: datetime, seed: int) -> None:
    world = demo_world(seed, start, VirtualClock(start))
    for target_id in world.labels.values():
        events = world.truth(target_id, start, start + timedelta(days=14))
        kinds = Counter(event.kind for event in events)
        assert min(kinds["followed"], kinds["left"], kinds["renamed"]) >= 3


def test_the_demo_is_as_it_is_described(start: datetime, clock: VirtualClock) -> None:
    world = demo_world(7, start, clock)
    profiles = {label: world.profile(user_id) for label, user_id in world.labels.items()}
    assert {label: profile.username for label, profile in profiles.items() if profile} == DEMO_TARGETS
    assert len(world.followers_of(world.target_id("large"))) == 20_000
    viewer = world.viewer(world.viewer_id(DEMO_VIEWER[0]) or 0)
    private = profiles["private"]
    assert viewer
    assert private
    assert private.is_private
    assert world.may_see(viewer, private)
    assert not world.may_see(None, private)
    clock.advance(timedelta(days=6))
    renamed = world.profile(world.target_id("renaming"))
    assert renamed
    assert renamed.username != DEMO_TARGETS["renaming"]
    clock.advance(timedelta(days=4))
    assert world.profile(world.target_id("vanishing")) is None


def test_of_twenty_thousand_followers_about_one_in_two_hundred_comes_or_goes_a_day(start: datetime) -> None:
    world = demo_world(7, start, VirtualClock(start))
    large = world.target_id("large")
    churn = world.truth(large, start, start + timedelta(days=14))
    assert 0.003 < sum(event.kind in ("followed", "left") for event in churn) / 14 / 20_000 < 0.008
