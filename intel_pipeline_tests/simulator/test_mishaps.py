"""What happens in a world that its follower lists show late, oddly or not at all."""

from datetime import datetime, time, timedelta

import pytest

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.events import Event
from intel_pipeline.simulator.fault_names import FAULTS, with_faults
from intel_pipeline.simulator.reading import listing
from intel_pipeline.simulator.specs import TargetSpec
from intel_pipeline.simulator.world import World
from intel_pipeline_tests.simulator.misleading import STILL, VIEWER, ids, listed, misleading_world
from intel_pipeline_tests.simulator.test_world import replayed

DAY, MOMENT = timedelta(days=1), timedelta(milliseconds=1)


def test_somebody_hidden_is_counted_and_not_listed(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"hidden": 10}, follows_per_day=5)
    at_first = set(ids(world.hidden_of(target_id)))
    assert 10 <= len(at_first) <= 60
    clock.advance(40 * DAY)
    followers, hidden = ids(world.followers_of(target_id)), set(ids(world.hidden_of(target_id)))
    assert hidden - at_first
    assert hidden < set(followers)
    assert listed(listing(world, target_id)) == [user_id for user_id in followers if user_id not in hidden]
    assert world.reported_followers(target_id) == len(followers)


def test_somebody_who_hides_leaves_the_list_and_stays_a_follower_for_good(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"hiding": 20}, **STILL)
    events = world.truth(target_id, start, start + 20 * DAY)
    assert 10 <= len(events) <= 30
    assert {event.kind for event in events} == {"hidden"}
    for number, event in enumerate(events):
        clock.set(event.at - MOMENT)
        assert event.user_id in listed(listing(world, target_id))
        clock.set(event.at)
        assert event.user_id not in listed(listing(world, target_id))
        assert event.user_id in ids(world.followers_of(target_id))
        assert len(world.hidden_of(target_id)) == number + 1


def test_somebody_hidden_who_leaves_has_left_and_stays_hidden_on_return(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"hiding": 100}, leaves_per_day=6, returns_per_day=6)
    stories: dict[int, list[str]] = {}
    for event in world.truth(target_id, start, start + 60 * DAY):
        stories.setdefault(event.user_id, []).append(event.kind)
    hidden = [[kind for kind in story if kind != "renamed"] for story in stories.values() if "hidden" in story]
    tails = [story[story.index("hidden") :] for story in hidden]
    assert ["hidden", "left"] in [tail[:2] for tail in tails]
    assert ["hidden", "left", "followed", "hidden"] in [tail[:4] for tail in tails]
    assert all(tail[3:4] != [] for tail in tails if tail[:3] == ["hidden", "left", "followed"])


def absences(events: list[Event]) -> list[tuple[Event, Event | None]]:
    gone = [event for event in events if event.cause == "deactivated"]
    back = [event for event in events if event.kind == "followed"]
    return [(one, next((two for two in back if two.user_id == one.user_id and two.at > one.at), None)) for one in gone]


def test_a_deactivated_follower_is_gone_altogether_and_comes_back_to_the_old_place(
    clock: VirtualClock, start: datetime
) -> None:
    world, target_id = misleading_world(clock, {"deactivating": 5}, **STILL | {"follows_per_day": 3})
    events = world.truth(target_id, start, start + 40 * DAY)
    left, back = next((left, back) for left, back in absences(events) if back is not None)
    clock.set(left.at - MOMENT)
    before = ids(world.followers_of(target_id))
    place = before.index(left.user_id)
    assert world.find(str(left.username_before)) == left.user_id
    clock.set(left.at)
    assert ids(world.followers_of(target_id)) == before[:place] + before[place + 1 :]
    assert world.reported_followers(target_id) == len(before) - 1
    assert world.profile(left.user_id) is None
    assert world.find(str(left.username_before)) is None
    assert world.search(str(left.username_before)) == []
    clock.set(back.at)
    after = ids(world.followers_of(target_id))
    assert left.user_id not in after[: len(set(after) - set(before))]
    assert [one for one in before if one in after] == [one for one in after if one in before]
    assert listed(listing(world, target_id)) == after
    assert world.find(str(back.username_after)) == left.user_id
    assert left.username_before == back.username_after


@pytest.mark.parametrize(("away_days", "least", "most"), [(10.0, 7, 13), (0.0, 0.7, 1.3)])
def test_two_thirds_of_the_deactivated_are_back_after_some_days_and_none_before_the_next(
    clock: VirtualClock, start: datetime, away_days: float, least: float, most: float
) -> None:
    world, target_id = misleading_world(
        clock, {"deactivating": 10}, **STILL | {"followers": 900, "away_days": away_days}
    )
    found = absences(world.truth(target_id, start, start + 160 * DAY))
    early = [(left, back) for left, back in found if left.at < start + 80 * DAY]
    returned = [(back.at - left.at) / DAY for left, back in early if back is not None]
    assert len(early) > 150
    assert 0.55 < len(returned) / len(early) < 0.78
    assert least < sum(returned) / len(returned) < most
    assert all(
        back.at.date() > left.at.date() and time(9) <= back.at.time() <= time(23)
        for left, back in early
        if back is not None
    )


def test_somebody_deactivated_is_gone_from_every_list_at_once(clock: VirtualClock, start: datetime) -> None:
    one = TargetSpec(label="one", username="one.lamp", followers=300, shared=0.8, rest_days=1)
    world = World(3, start, clock, (with_faults(one, {"deactivating": 10}), TargetSpec(
        label="other", username="other.lamp", followers=300, shared=0.8, rest_days=1
    )))  # fmt: skip
    truths = [world.truth(world.target_id(label), start, start + 40 * DAY) for label in ("one", "other")]
    gone, gone_there = ({(e.user_id, e.at) for e in truth if e.cause == "deactivated"} for truth in truths)
    assert len(gone_there) > 20
    assert gone_there < gone
    returns = [{(e.user_id, e.at) for e in truth if e.kind == "followed"} for truth in truths]
    both = {user_id for user_id, _ in gone_there} & {user_id for user_id, _ in returns[0] & returns[1]}
    assert both


def test_a_visit_is_over_before_anybody_looks_the_next_morning(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"visiting": 2}, **STILL)
    founders = ids(world.followers_of(target_id))
    events = world.truth(target_id, start, start + 30 * DAY)
    assert 30 <= len(events) / 2 <= 90
    visits: dict[int, list[Event]] = {}
    for event in events:
        visits.setdefault(event.user_id, []).append(event)
    for came, left in visits.values():
        assert (came.kind, left.kind) == ("followed", "left")
        assert came.at.date() == left.at.date()
        assert time(9) <= came.at.time() <= left.at.time() <= time(23)
        assert came.user_id in ids(world.followers_of(target_id, came.at))
    for day in range(30):
        assert ids(world.followers_of(target_id, start + day * DAY)) == founders


def test_a_name_that_passed_on_belongs_to_the_new_holder(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"name_passing": 3}, **STILL)
    events = world.truth(target_id, start, start + 60 * DAY)
    given = {event.username_before: event for event in events if event.kind == "renamed"}
    passings = [
        (given[event.username_after], event)
        for event in events
        if event.username_after in given and event.at > given[event.username_after].at
    ]
    assert 30 <= len(passings) <= 80
    assert {taken.kind for _, taken in passings} == {"renamed", "followed"}
    for name_given, taken in passings:
        assert name_given.user_id != taken.user_id
        assert name_given.at < taken.at < name_given.at + DAY
    moments = sorted((event.at, number) for number, pair in enumerate(passings) for event in pair)
    for moment, number in moments:
        name_given, taken = passings[number]
        name = str(taken.username_after)
        if moment == name_given.at:
            clock.set(moment - MOMENT)
            assert world.find(name) == name_given.user_id
            clock.set(moment)
            assert world.find(name) is None
            assert world.find(str(name_given.username_after)) == name_given.user_id
        else:
            clock.set(moment)
            assert world.find(name) == taken.user_id
            assert world.search(name) == [taken.user_id]
    assert all(world.find(str(taken.username_after)) == taken.user_id for _, taken in passings[-3:])


def test_a_name_stays_with_its_holder_while_the_account_is_deactivated(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"name_passing": 40, "deactivating": 20}, **STILL | {"rest_days": 0.0})
    events = world.truth(target_id, start, start + 60 * DAY)
    holders: dict[str, int] = {one.username: one.id for one in world.followers_of(target_id, start)}
    for event in events:
        if event.kind == "renamed":
            assert holders.pop(str(event.username_before)) == event.user_id
        if event.kind in ("renamed", "followed"):
            assert holders.setdefault(str(event.username_after), event.user_id) == event.user_id
    assert {"deactivated", None} <= {event.cause for event in events}


def test_a_target_is_private_for_a_while(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"target_private": 1})
    private: list[int] = []
    for day in range(59, 73):
        profile = world.profile(target_id, start + day * DAY)
        assert profile
        assert profile.is_private is not world.may_see(VIEWER, profile)
        private += [day] * profile.is_private
    assert private == list(range(61, 71))


def test_a_target_that_was_away_is_back_with_its_followers(clock: VirtualClock, start: datetime) -> None:
    faults = {"target_away": 1.0, "visiting": 5.0}
    world, target_id = misleading_world(clock, faults, follows_per_day=9, leaves_per_day=9)
    clock.set(start + 100 * DAY)
    before = world.followers_of(target_id)
    assert listed(listing(world, target_id)) == ids(before)
    clock.set(start + 101 * DAY)
    missing = (world.profile(target_id), world.find("lamp.lighter"), world.search("lamp.l"))
    assert missing == (None, None, [])
    assert (world.followers_of(target_id), world.followees_of(target_id), world.posts_of(target_id)) == ([], [], [])
    assert [(page.people, page.next_cursor) for page in listing(world, target_id)] == [([], None)]
    clock.set(start + 106 * DAY)
    assert world.profile(target_id) is None
    clock.set(start + 106 * DAY + timedelta(hours=3))
    assert world.followers_of(target_id) == before
    assert world.truth(target_id, start + 100 * DAY, clock.now()) == []
    assert world.find("lamp.lighter") == target_id
    clock.set(start + 108 * DAY)
    assert ids(world.followers_of(target_id)) != ids(before)


def test_a_target_renames_twice_and_vanishes_even_while_it_is_away(clock: VirtualClock, start: datetime) -> None:
    faults = {"target_renaming": 1.0, "target_vanishing": 1.0, "target_away": 9.0}
    world, target_id = misleading_world(clock, faults)
    named = {
        day: profile and profile.username
        for day in (40, 41, 91, 151, 160)
        for profile in (world.profile(target_id, start + day * DAY),)
    }
    assert named == {40: "lamp.lighter", 41: "lamp.lighter.now", 91: "lamp.lighter.later", 151: None, 160: None}
    kinds = [event.kind for event in world.truth(target_id, start, start + 170 * DAY) if event.user_id == target_id]
    assert kinds == ["target_renamed", "target_renamed", "target_vanished"]


def test_a_loss_has_a_cause_and_nothing_else_has(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"deactivating": 1}, leaves_per_day=5, follows_per_day=5)
    events = world.truth(target_id, start, start + 100 * DAY)
    causes = [event.cause for event in events if event.kind == "left"]
    assert {event.cause for event in events if event.kind != "left"} == {None}
    assert set(causes) == {"unfollowed", "removed", "deactivated"}
    assert causes.count("removed") < 0.2 * causes.count("unfollowed")


@pytest.mark.parametrize("strength", [1.0, 8.0])
def test_with_every_fault_at_once_the_truth_still_adds_up(
    clock: VirtualClock, start: datetime, strength: float
) -> None:
    faults = dict.fromkeys(FAULTS, strength)  # of 90 days, so that the target is neither away nor gone yet
    world, target_id = misleading_world(clock, faults, shared=0.5)
    members = {person.id: person.username for person in world.followers_of(target_id)}
    for day in range(0, 90, 3):
        at = start + day * DAY
        members = replayed(members, world.truth(target_id, at, at + 3 * DAY))
        followers = world.followers_of(target_id, at + 3 * DAY)
        assert {person.id: person.username for person in followers} == members
        assert {person.id for person in world.hidden_of(target_id, at + 3 * DAY)} <= set(members)
