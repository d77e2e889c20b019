from datetime import datetime, timedelta

import pytest

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.driven_world import MISLEADING, driven_world, faults_of, targets_of
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.watchlist import MOST, Watchlist

VIEWER = ViewerSpec("looker", "secret", sees=frozenset({"b"}))
SPECS = (
    TargetSpec(label="a", username="first.one", followers=40, renames_on=((2, "first.again"),)),
    TargetSpec(label="b", username="second.one", followers=30, is_private=True),
    TargetSpec(label="c", username="third.one", followers=20),
)


def watchlist(clock: VirtualClock, start: datetime, held: int = MOST) -> Watchlist:
    return Watchlist(7, start, clock, SPECS, (VIEWER,), held=held)


def test_a_target_is_the_same_whatever_was_asked_before(start: datetime) -> None:
    clock = VirtualClock(start + timedelta(days=3))
    world, other = watchlist(clock, start), watchlist(clock, start, held=1)
    for label in ("c", "a", "b", "a", "c"):
        user_id = world.target_id(label)
        assert other.followers_of(user_id) == world.followers_of(user_id)
        assert other.truth(user_id, start, clock.now()) == world.truth(user_id, start, clock.now())
    assert len({*world.labels.values()}) == len(SPECS)


def test_a_target_is_found_by_the_name_that_it_has_now(start: datetime) -> None:
    clock = VirtualClock(start)
    world = watchlist(clock, start)
    assert world.find("first.one") == world.target_id("a")
    assert world.find("first.again") is None
    clock.set(start + timedelta(days=3))
    assert world.find("first.again") == world.target_id("a")
    assert world.find("looker") == world.viewer_id("looker")
    assert world.find("nobody") is None


def test_a_private_target_is_shown_to_who_follows_it(start: datetime) -> None:
    world = watchlist(VirtualClock(start), start)
    shown = {label: world.profile(user_id) for label, user_id in world.labels.items()}
    assert {label for label, one in shown.items() if one and world.may_see(VIEWER, one)} == {"a", "b", "c"}
    assert {label for label, one in shown.items() if one and world.may_see(None, one)} == {"a", "c"}


def test_a_watchlist_refuses_two_of_one_name_and_more_than_there_are_ids_for(start: datetime) -> None:
    with pytest.raises(ValueError, match="all different"):
        Watchlist(7, start, VirtualClock(start), (SPECS[0], SPECS[0]))
    with pytest.raises(ValueError, match="1000 targets at most"):
        Watchlist(7, start, VirtualClock(start), targets_of(MOST + 1, 10, faulty=False))


def test_a_faulty_world_has_each_way_of_misleading_and_each_trouble(start: datetime) -> None:
    specs = targets_of(100, 120, faulty=True)
    plain = sum(spec.lists_plainly and not (spec.count_lag or spec.count_wobble) for spec in specs)
    assert len(specs) - plain >= len(MISLEADING) / 2
    assert plain >= len(specs) / 2
    for trouble in ("vanishes_on", "private_between", "away_between", "renames_on", "is_private"):
        assert any(getattr(spec, trouble) for spec in specs), trouble
    clock = VirtualClock(start)
    world = driven_world(7, start, clock, 100, 120, faulty=True)
    private = [world.profile(world.target_id(spec.label)) for spec in specs if spec.is_private]
    assert {world.may_see(world.viewers()[0], one) for one in private if one} == {True, False}
    assert faults_of(7, start, clock)
