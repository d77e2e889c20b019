from datetime import UTC, datetime, timedelta

import pytest

from intel_pipeline.registry.limits import DAY, WORDS, RateLimits, Spending, Turn, day_free_from, refusal, turn

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LIMITS = RateLimits(window=60, hour=200, day=30_000, interval=2, surfaces={"followers": 120})


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def test_what_nothing_hinders_is_sent_at_once() -> None:
    assert turn(NOW, {"window": None, "hour": None}) == Turn(0.0, NOW)
    assert turn(NOW, {"window": ago(1)}) == Turn(0.0, NOW)


def test_the_limit_that_is_free_last_decides() -> None:
    later = NOW + timedelta(minutes=2)
    found = turn(NOW, {"window": NOW + timedelta(minutes=1), "hour": later, "interval": None})
    assert found == Turn(120.0, later, "hour")


def test_identities_are_free_when_enough_pages_are_a_day_old() -> None:
    pages = [(ago(20), 50), (ago(10), 50), (ago(5), 50)]
    assert day_free_from(pages, 200, 50) is None
    assert day_free_from(pages, 199, 50) == ago(20) + DAY
    assert day_free_from(pages, 100, 50) == ago(10) + DAY
    assert day_free_from(pages, 50, 50) == ago(5) + DAY
    assert day_free_from([], 50, 50) is None


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("window", "60 requests of one kind in eleven minutes"),
        ("hour", "200 requests in an hour"),
        ("followers", "120 requests for followers in an hour"),
        ("day", "30,000 identities in a day"),
    ],
)
def test_a_limit_is_named_with_its_figure_and_its_end(limit: str, said: str) -> None:
    late = Turn(60.0, NOW + timedelta(minutes=1), limit)  # type: ignore[arg-type]
    until = "until 2026-11-24 06:01 UTC"
    assert refusal("desk", LIMITS, late) == f"the session 'desk' has used its budget of {said}, {until}"


def test_a_turn_that_other_processes_delay_is_not_called_a_spent_budget() -> None:
    late = Turn(60.0, NOW + timedelta(minutes=1), "interval")
    assert refusal("desk", LIMITS, late) == "other processes use the session 'desk' until 2026-11-24 06:01 UTC"


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert (Spending("hour", 200, 12).left, Spending("hour", 200, 230).left) == (188, 0)


def test_a_limit_of_a_surface_leaves_the_others_alone_and_of_identities_the_lists_only() -> None:
    assert [name for name in (*WORDS, None) if LIMITS.of_surface(name)] == ["followers", "day"]
