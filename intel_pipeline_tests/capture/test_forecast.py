from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.capture.forecast import MEAN_JITTER, Rest, time_for
from intel_pipeline.registry.limits import Name, RateLimits, Spending

LIMITS = RateLimits(window=60, hour=200, day=30_000, interval=2, surfaces={"followers": 120, "posts": 60})
LIST = Rest("followers", rows=5_000, per_page=50, counted=True)


def spent(**figures: int) -> list[Spending]:
    names: tuple[Name, ...] = ("window", "hour", "followers", "posts", "day")
    return [Spending(name, int(LIMITS.allowed(name)), figures.get(name, 0)) for name in names]


def test_where_all_limits_have_room_the_interval_decides() -> None:
    small = replace(LIST, rows=500)
    assert small.requests == 11
    assert time_for(small, LIMITS, spent()) == timedelta(seconds=11 * (2 + MEAN_JITTER))


def test_a_list_longer_than_what_is_left_waits_for_the_tightest_limit() -> None:
    # 101 requests, of which 41 wait for the next eleven minutes: they are free at 60 in 666 s.
    assert time_for(LIST, LIMITS, spent()) == timedelta(seconds=666 * 41 / 60)
    assert time_for(LIST, LIMITS, spent(followers=120)) == timedelta(hours=101 / 120)
    assert time_for(replace(LIST, rows=45_000), LIMITS, spent()) >= timedelta(days=15_000 / 30_000)


def test_limits_of_other_surfaces_and_identities_do_not_hold_up_posts() -> None:
    posts = Rest("posts", rows=24, per_page=12, counted=False)
    assert time_for(posts, LIMITS, spent(day=30_000, followers=120)) == timedelta(seconds=3 * (2 + MEAN_JITTER))


@given(st.integers(0, 200_000), st.integers(0, 5_000), st.integers(0, 30_000))
def test_more_rows_and_more_spent_never_take_less(rows: int, more: int, day: int) -> None:
    less = time_for(replace(LIST, rows=rows), LIMITS, spent())
    assert time_for(replace(LIST, rows=rows + more), LIMITS, spent()) >= less
    assert time_for(replace(LIST, rows=rows), LIMITS, spent(day=day)) >= less
