import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.demo_world import demo_world
from intel_pipeline.simulator.events import Event
from intel_pipeline.simulator.specs import USERNAME, TargetSpec
from intel_pipeline.simulator.trial_world import TARGETS, trial_world
from intel_pipeline.simulator.world import World

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
BUSY = TargetSpec(
    label="busy",
    username="market.square",
    followers=120,
    follows_per_day=9,
    leaves_per_day=9,
    renames_per_day=9,
    returns_per_day=3,
    shared=0.5,
    renames_on=((1, "market.hall"), (4, "market.place")),
    biographies_on=((2, "Open again."),),
)
NEIGHBOUR = TargetSpec(label="neighbour", username="market.corner", followers=150, renames_per_day=9, shared=0.6)
LEAVING = TargetSpec(label="leaving", username="market.stall", followers=80, shared=0.6, vanishes_on=3)

labels = st.sampled_from(["busy", "neighbour", "leaving"])
moments = st.integers(0, 24 * 8).map(lambda hours: START + timedelta(hours=hours))


def busy_world(seed: int = 11) -> World:
    return World(seed, START, VirtualClock(START), (BUSY, NEIGHBOUR, LEAVING))


QUESTIONS: dict[str, Callable[[World, int, datetime], object]] = {
    "followers": lambda world, target_id, at: world.followers_of(target_id, at),
    "followees": lambda world, target_id, at: world.followees_of(target_id, at),
    "posts": lambda world, target_id, at: world.posts_of(target_id, at),
    "profile": lambda world, target_id, at: world.profile(target_id, at),
    "truth": lambda world, target_id, at: world.truth(target_id, START, at),
}
questions = st.tuples(st.sampled_from(sorted(QUESTIONS)), labels, moments)


def asked(world: World, question: tuple[str, str, datetime]) -> object:
    kind, label, at = question
    return QUESTIONS[kind](world, world.target_id(label), at)


@settings(max_examples=25)
@given(st.lists(questions, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_questions_does_not_change_the_answers(
    listed: list[tuple[str, str, datetime]], chance: object
) -> None:
    shuffled = listed.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = busy_world(), busy_world()
    answers = {question: asked(one, question) for question in listed}
    assert {question: asked(other, question) for question in shuffled} == answers


def replayed(members: dict[int, str], events: list[Event]) -> dict[int, str]:
    members = dict(members)
    for event in events:
        match event.kind:
            case "followed":
                assert event.user_id not in members
                members[event.user_id] = str(event.username_after)
            case "left":
                assert members.pop(event.user_id) == event.username_before
            case "renamed":
                assert members[event.user_id] == event.username_before
                members[event.user_id] = str(event.username_after)
            case "target_vanished":
                members.clear()
    return members


@settings(max_examples=25)
@given(labels, moments, moments)
def test_the_truth_replayed_on_an_earlier_list_gives_the_later_one(label: str, one: datetime, other: datetime) -> None:
    since, until = sorted((one, other))
    world = busy_world()
    target_id = world.target_id(label)
    before = {person.id: person.username for person in world.followers_of(target_id, since)}
    after = {person.id: person.username for person in world.followers_of(target_id, until)}
    assert replayed(before, world.truth(target_id, since, until)) == after


def test_the_same_seed_gives_the_same_world_in_any_process() -> None:
    script = (
        "import hashlib, datetime as d\n"
        "from intel_pipeline.simulator.clock import VirtualClock\n"
        "from intel_pipeline.simulator.demo_world import demo_world\n"
        "start = d.datetime(2026, 11, 2, 6, tzinfo=d.UTC)\n"
        "world = demo_world(3, start, VirtualClock(start))\n"
        "known = [world.truth(user_id, start, start + d.timedelta(days=14)) for user_id in world.labels.values()]\n"
        "print(hashlib.sha256(repr(known).encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(  # noqa: S603  our own script
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_gives_other_people_and_other_events() -> None:
    one, other = busy_world(1), busy_world(2)
    names = [{person.username for person in world.followers_of(world.target_id("busy"))} for world in (one, other)]
    assert len(names[0] & names[1]) < 10


def test_things_happen_between_nine_and_eleven_in_the_evening_and_in_order() -> None:
    world = busy_world()
    for target_id in world.labels.values():
        events = world.truth(target_id, START, START + timedelta(days=8))
        assert events
        assert all(time(9) <= event.at.timetz().replace(tzinfo=None) <= time(23) for event in events)
        assert all(one.at <= other.at for one, other in pairwise(events))


def test_a_world_that_starts_late_in_the_day_loses_nothing_that_happened_before() -> None:
    start = START.replace(hour=22, minute=30)
    world = World(5, start, VirtualClock(start), (BUSY,))
    target_id = world.target_id("busy")
    assert len(world.followers_of(target_id)) == 120
    assert all(event.at >= start for event in world.truth(target_id, start - timedelta(days=1), start + timedelta(7)))
    night = start.replace(hour=23, minute=30)
    quiet = World(5, night, VirtualClock(night), (BUSY,))
    assert quiet.truth(quiet.target_id("busy"), night, night + timedelta(hours=6)) == []


def test_every_count_is_the_length_of_its_list_at_every_hour() -> None:
    clock = VirtualClock(START)
    world = World(11, START, clock, (BUSY, NEIGHBOUR, LEAVING))
    for _ in range(60):
        clock.advance(timedelta(hours=3))
        for target_id in world.labels.values():
            profile = world.profile(target_id)
            counts = (profile.followers, profile.followees, profile.posts) if profile else (0, 0, 0)
            assert counts == (
                len(world.followers_of(target_id)),
                len(world.followees_of(target_id)),
                len(world.posts_of(target_id)),
            )
            if profile:
                page = world.listing_page(target_id, 200, None)
                assert page.people == world.followers_of(target_id)


def test_usernames_are_valid_and_nobody_ever_gets_a_name_that_was_somebody_elses() -> None:
    world = busy_world()
    until = START + timedelta(days=20)
    owners: dict[str, int] = {}
    for target_id in world.labels.values():
        events = world.truth(target_id, START, until)
        for person in world.followers_of(target_id, START):
            assert owners.setdefault(person.username, person.id) == person.id
        for event in events:
            for username in (event.username_before, event.username_after):
                if username is not None:
                    assert USERNAME.fullmatch(username)
                    assert owners.setdefault(username, event.user_id) == event.user_id
    assert all(0 < user_id < 2**37 for user_id in owners.values())


def test_somebody_who_follows_two_targets_renames_at_both_in_the_same_moment() -> None:
    world = busy_world()
    until = START + timedelta(days=8)
    renames = [
        {(event.user_id, event.at): event for event in world.truth(world.target_id(label), START, until)}
        for label in ("busy", "neighbour")
    ]
    both = [key for key in renames[0] if key in renames[1]]
    assert both
    for key in both:
        assert renames[0][key].username_after == renames[1][key].username_after


def test_some_of_those_who_left_return() -> None:
    world = busy_world()
    events = world.truth(world.target_id("busy"), START, START + timedelta(days=20))
    kinds: dict[int, list[str]] = {}
    for event in events:
        kinds.setdefault(event.user_id, []).append(event.kind)
    assert any("followed" in story[story.index("left") :] for story in kinds.values() if "left" in story)


def test_a_target_renames_rewrites_and_vanishes_on_its_days() -> None:
    world = busy_world()
    busy, leaving = world.target_id("busy"), world.target_id("leaving")
    at = {day: START + timedelta(days=day) for day in range(9)}
    assert [profile.username for day in (1, 2, 5) if (profile := world.profile(busy, at[day]))] == [
        "market.square",
        "market.hall",
        "market.place",
    ]
    assert [profile.biography for day in (2, 3) if (profile := world.profile(busy, at[day]))] == ["", "Open again."]
    assert world.profile(leaving, at[3])
    assert world.profile(leaving, at[4]) is None
    assert world.followers_of(leaving, at[4]) == []
    assert world.followees_of(leaving, at[4]) == []
    assert world.posts_of(leaving, at[4]) == []
    last = world.truth(leaving, START, at[8])[-1]
    assert (last.kind, last.user_id, last.username_before) == ("target_vanished", leaving, "market.stall")


def test_names_lead_to_people_only_while_they_bear_them() -> None:
    clock = VirtualClock(START)
    world = World(11, START, clock, (BUSY, NEIGHBOUR, LEAVING))
    until = START + timedelta(days=3)
    renamed = next(e for e in world.truth(world.target_id("busy"), START, until) if e.kind == "renamed")
    newcomer = next(
        e
        for e in reversed(world.truth(world.target_id("neighbour"), START, until))
        if e.kind == "followed" and world.profile(e.user_id) is None
    )
    assert world.find(str(renamed.username_before)) == renamed.user_id
    assert world.find(str(renamed.username_after)) is None
    assert world.find(str(newcomer.username_after)) is None
    clock.set(renamed.at)
    assert world.find(str(renamed.username_before)) is None
    assert world.find(str(renamed.username_after)) == renamed.user_id
    clock.set(until)
    assert world.find(str(newcomer.username_after)) == newcomer.user_id
    assert world.find("market.square") is None
    assert world.find("market.hall") == world.target_id("busy")


def test_likes_and_views_only_ever_grow_and_slow_down() -> None:
    world = busy_world()
    target_id = world.target_id("busy")
    post = world.posts_of(target_id)[0]
    seen = [post.likes_at(post.taken_at + timedelta(days=day)) for day in range(0, 30, 3)]
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[1] - seen[0] > seen[5] - seen[4]
    assert seen[-1] in (post.likes, post.likes - 1)
    assert len(world.posts_of(target_id, START + timedelta(days=20))) > len(world.posts_of(target_id))


def test_a_world_refuses_two_targets_of_one_name_and_a_naive_start() -> None:
    with pytest.raises(ValueError, match="all different"):
        World(1, START, VirtualClock(START), (BUSY, BUSY))
    with pytest.raises(ValueError, match="aware start"):
        World(1, START.replace(tzinfo=None), VirtualClock(START), (BUSY,))
    with pytest.raises(KeyError):
        busy_world().followers_of(1)


def test_the_trial_world_holds_one_of_each_kind() -> None:
    world = trial_world(1, START, VirtualClock(START))
    assert set(world.labels) == {spec.label for spec in TARGETS}
    assert Counter(world.profile(user_id) is None for user_id in world.labels.values()) == {False: len(TARGETS)}


def told(world: World, days: int) -> str:
    said: list[object] = []
    for target_id in world.labels.values():
        said += [
            (event.at.isoformat(), event.kind, event.user_id, event.username_before, event.username_after)
            for event in world.truth(target_id, world.start, world.start + timedelta(days=days))
        ]
        for day in (0, days // 2, days):
            people = world.followers_of(target_id, world.start + timedelta(days=day))
            said.append([(person.id, person.username) for person in people])
    return hashlib.sha256(repr(said).encode()).hexdigest()


def test_worlds_without_faults_are_as_they_were_before_there_were_faults() -> None:
    assert (
        told(demo_world(3, START, VirtualClock(START)), 14)
        == "df06af45293d1aaf67e2df9735839e40073d7e2e4970e870cfd799ff12af248b"
    )
    assert (
        told(trial_world(3, START, VirtualClock(START)), 60)
        == "7e92761a4a18051c75e6b736f2f83fd1bb9657e4d8a9498740d08dc8a8f7250e"
    )
