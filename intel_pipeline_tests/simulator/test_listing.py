"""What a follower list, and the count beside it, may show that is not so."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.fault_names import FAULTS
from intel_pipeline.simulator.listing import ListedPage
from intel_pipeline.simulator.reading import listing
from intel_pipeline.simulator.world import World
from intel_pipeline_tests.simulator.misleading import STILL, ids, listed, misleading_world, slowly

ALWAYS = 1000.0  # so strong that every chance is a certainty
Reading = Callable[..., tuple[list[ListedPage], list[int]]]


@pytest.fixture
def reading(clock: VirtualClock) -> Reading:
    def read(fault: str, page_size: int = 50, followers: int = 300) -> tuple[list[ListedPage], list[int]]:
        world, target_id = misleading_world(clock, {fault: ALWAYS}, followers=followers)
        return list(listing(world, target_id, page_size)), ids(world.followers_of(target_id))

    return read


def next_morning(clock: VirtualClock) -> None:
    clock.advance(timedelta(days=1))


def test_a_list_without_faults_is_everybody_newest_first(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {})
    for page_size in (1, 7, 50, 300, 1000):
        pages = list(listing(world, target_id, page_size))
        assert listed(pages) == ids(world.followers_of(target_id))
        assert {len(page.people) for page in pages[:-1]} <= {page_size}
        assert not any(page.limited for page in pages)
        next_morning(clock)


def test_flickering_followers_differ_between_listings_and_not_between_pages_of_one(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"flickering": 2}, **STILL)
    everybody = ids(world.followers_of(target_id))
    missing: list[frozenset[int]] = []
    for _ in range(60):
        at_once = listed(listing(world, target_id, 7))
        assert slowly(world, target_id, clock) == at_once
        missing.append(frozenset(everybody) - set(at_once))
        assert at_once == [user_id for user_id in everybody if user_id not in missing[-1]]
        next_morning(clock)
    prone = frozenset.union(*missing)
    assert len(set(missing)) > 50
    assert 15 <= len(prone) <= 50
    assert 0.18 < sum(map(len, missing)) / len(missing) / len(prone) < 0.32
    assert world.reported_followers(target_id) == len(everybody)


def test_a_shuffled_list_has_another_order_in_each_listing_and_one_order_in_all_pages(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"shuffled": 1}, **STILL)
    everybody = ids(world.followers_of(target_id))
    one = listed(listing(world, target_id))
    assert slowly(world, target_id, clock, 11) == one
    next_morning(clock)
    other = listed(listing(world, target_id))
    assert sorted(one) == sorted(other) == sorted(everybody)
    assert len({tuple(one), tuple(other), tuple(everybody)}) == 3


def test_who_comes_and_goes_during_a_shuffled_listing_moves_nobody_across_its_pages(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"shuffled": 1}, follows_per_day=40, leaves_per_day=20)
    at_first = ids(world.followers_of(target_id))
    first = world.listing_page(target_id, 150, None)
    clock.advance(timedelta(days=2))
    second = world.listing_page(target_id, 1000, first.next_cursor)
    now = ids(world.followers_of(target_id))
    assert min(len(set(now) - set(at_first)), len(set(at_first) - set(now))) > 10
    read = ids(first.people) + ids(second.people)
    assert set(at_first) & set(now) <= set(read)
    assert set(ids(second.people)) <= set(now)
    assert len(read) == len(set(read))


def test_a_cut_list_ends_early_as_if_that_were_all(reading: Reading) -> None:
    pages, everybody = reading("cut")
    assert listed(pages) == everybody[:180]
    assert pages[-1].next_cursor is None
    assert not any(page.limited for page in pages)


@pytest.mark.parametrize(("followers", "missing"), [(1, 1), (20, 1), (199, 1), (300, 2), (2000, 10)])
def test_a_slightly_cut_list_misses_at_least_one(reading: Reading, followers: int, missing: int) -> None:
    pages, everybody = reading("cut_slightly", followers=followers)
    assert listed(pages) == everybody[:-missing]
    assert pages[-1].next_cursor is None


def test_a_limited_list_is_a_part_and_says_so_on_every_page(reading: Reading) -> None:
    pages, everybody = reading("limited")
    part = listed(pages)
    assert 110 <= len(part) <= 190
    assert [user_id for user_id in everybody if user_id in part] == part
    assert all(page.limited for page in pages)


def test_a_dead_list_is_empty_and_ends(reading: Reading) -> None:
    pages, everybody = reading("dead")
    assert len(everybody) == 300
    assert [(page.people, page.next_cursor, page.limited) for page in pages] == [([], None, False)]


@pytest.mark.parametrize("followers", [300, 100])
def test_a_duplicated_page_stands_where_another_page_should(reading: Reading, followers: int) -> None:
    pages, everybody = reading("duplicated", followers=followers)
    copies = [number for number, (one, two) in enumerate(pairwise(pages), 1) if one.people == two.people]
    assert len(copies) == 1
    assert set(everybody) - set(listed(pages)) == set(everybody[copies[0] * 50 : copies[0] * 50 + 50])
    cursors = [page.next_cursor for page in pages]
    assert len(set(cursors)) == len(pages) == followers / 50
    assert cursors[-1] is None


def test_overlapping_pages_repeat_five_and_miss_nobody(reading: Reading) -> None:
    pages, everybody = reading("overlapping")
    assert len(pages) == 6
    assert all(one.people[-5:] == two.people[:5] for one, two in pairwise(pages))
    assert list(dict.fromkeys(listed(pages))) == everybody
    assert len(listed(pages)) == 300 + 5 * 5


@pytest.mark.parametrize("followers", [300, 100, 101])
def test_an_empty_page_in_the_middle_promises_another(clock: VirtualClock, followers: int) -> None:
    world, target_id = misleading_world(clock, {"empty_page": ALWAYS}, followers=followers)
    pages = list(listing(world, target_id))
    assert (pages[0].people != [], pages[-1].people, pages[-1].next_cursor is not None) == (True, [], True)
    after = world.listing_page(target_id, 50, pages[-1].next_cursor)
    everybody = ids(world.followers_of(target_id))
    assert ids(after.people) == everybody[len(pages) * 50 : len(pages) * 50 + 50]


@pytest.mark.parametrize("followers", [300, 100, 51])
def test_a_repeated_cursor_leads_round_in_a_circle(clock: VirtualClock, followers: int) -> None:
    world, target_id = misleading_world(clock, {"repeated_cursor": ALWAYS}, followers=followers)
    pages = list(listing(world, target_id))
    assert len(pages) > 1
    assert pages[-1].next_cursor == pages[-2].next_cursor
    assert world.listing_page(target_id, 50, pages[-1].next_cursor) == pages[-1]


def test_a_list_of_one_page_has_no_page_to_spoil(reading: Reading) -> None:
    for fault in ("duplicated", "overlapping", "empty_page", "repeated_cursor"):
        pages, everybody = reading(fault, followers=50)
        assert listed(pages) == everybody


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("cut", 60), ("cut_slightly", 60), ("limited", 60), ("dead", 30), ("duplicated", 60), ("overlapping", 300)],
)
def test_a_fault_befalls_the_share_of_listings_that_it_says(clock: VirtualClock, fault: str, expected: int) -> None:
    world, target_id = misleading_world(clock, {fault: 1}, **STILL | {"followers": 60})
    everybody = ids(world.followers_of(target_id))
    spoilt = 0
    for _ in range(600):
        spoilt += listed(listing(world, target_id, 20)) != everybody
        clock.advance(timedelta(hours=1))
    assert 0.6 * expected < spoilt < 1.4 * expected


def test_one_fault_decides_nothing_about_another(clock: VirtualClock) -> None:
    alone, target_id = misleading_world(clock, {"cut_slightly": 3}, **STILL)
    among, _ = misleading_world(clock, {"cut_slightly": 3, "overlapping": 1, "lagging": 1, "wobbling": 3}, **STILL)
    for _ in range(40):
        assert set(listed(listing(alone, target_id))) == set(listed(listing(among, target_id)))
        next_morning(clock)


def test_the_same_seed_shows_the_same_lists_and_counts(clock: VirtualClock) -> None:
    faults = {name: 2.0 for name in FAULTS if not name.startswith("target_")}
    (one, target_id), (other, _) = (misleading_world(clock, faults) for _ in range(2))
    for day in range(20):
        if day % 3:  # one of the two is looked at more often
            list(listing(other, target_id))
        next_morning(clock)
        assert list(listing(one, target_id)) == list(listing(other, target_id))
        assert one.profile(target_id) == other.profile(target_id)


def test_a_lagging_count_is_that_of_half_a_day_ago(clock: VirtualClock, start: datetime) -> None:
    world, target_id = misleading_world(clock, {"lagging": 1}, follows_per_day=30, leaves_per_day=10)
    wrong = 0
    for _ in range(40):
        clock.advance(timedelta(hours=5))
        lagging = world.followers_of(target_id, max(start, clock.now() - timedelta(hours=12)))
        profile = world.profile(target_id)
        assert profile
        assert profile.followers == world.reported_followers(target_id) == len(lagging)
        wrong += len(lagging) != len(world.followers_of(target_id))
    assert wrong > 20


def counts(world: World, target_id: int, clock: VirtualClock) -> set[int]:
    seen: set[int] = set()
    for _ in range(60):
        seen.add(world.reported_followers(target_id))
        assert len({world.reported_followers(target_id) for _ in range(3)}) == 1
        clock.advance(timedelta(seconds=1))
    return seen


@pytest.mark.parametrize(
    ("strength", "followers", "expected"),
    [(1, 300, {299, 300, 301}), (2, 300, {298, 299, 300, 301, 302}), (1, 0, {0, 1}), (0, 300, {300})],
)
def test_a_wobbling_count_is_a_little_off_anew_every_second_and_never_below_none(
    clock: VirtualClock, strength: float, followers: int, expected: set[int]
) -> None:
    world, target_id = misleading_world(clock, {"wobbling": strength}, **STILL | {"followers": followers})
    assert counts(world, target_id, clock) == expected


def test_every_listing_of_half_a_year_comes_to_its_end_whatever_faults_there_are(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, dict.fromkeys(FAULTS, 1.0) | {"target_vanishing": 0.0})
    pages = 0
    for _ in range(180):
        next_morning(clock)
        pages += sum(1 for _ in listing(world, target_id))
    assert pages > 180


def test_pages_of_a_large_list_without_faults_take_as_long_as_those_of_a_small_one(clock: VirtualClock) -> None:
    seconds: list[float] = []
    for followers in (200, 20_000):
        world, target_id = misleading_world(clock, {}, followers=followers)
        cursor = world.listing_page(target_id, 50, None).next_cursor
        began = time.process_time()
        for _ in range(500):
            world.listing_page(target_id, 50, cursor)
        seconds.append(time.process_time() - began)
    assert seconds[1] < 3 * seconds[0]
