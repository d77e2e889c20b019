"""What the views and macros answer, on a warehouse whose rows are written by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from intel_pipeline.warehouse.writer import Transaction, writing
from intel_pipeline_tests.warehouse.lands import rows

DAY_0 = datetime(2026, 3, 1, 6, tzinfo=UTC)
BALANCE = """
insert into follower_balance
select ?, 'c' || ?, 'complete', ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, [], 6
"""
OPEN = "insert into unlisted_spans values (?, ?, ?, ?, ?, ?)"
CLOSED = "insert into closed_spans values (?, ?, ?, ?, ?, ?, ?, ?, true)"


def at(day: int) -> datetime:
    return DAY_0 + timedelta(days=day)


def span(  # noqa: PLR0913  a span has two ends and a beginning
    transaction: Transaction,
    target: str,
    user_id: int,
    began: int,
    ended: int | None = None,
    began_as: str = "followed",
) -> None:
    """Write a span that was first listed on day `began` and confirmed to have ended by day `ended`."""
    own = (target, user_id, f"person.{user_id}", began_as, at(began - 1) if began_as == "followed" else None, at(began))
    if ended is None:
        transaction.run(OPEN, *own)
    else:
        transaction.run(CLOSED, *own, at(ended - 1), at(ended))


def listed(transaction: Transaction, target: str, days: Sequence[int]) -> None:
    for day in days:
        transaction.run(BALANCE, target, day, at(day), at(day))


def counted(transaction: Transaction, target: str, counts: dict[int, int]) -> None:
    for day, count in counts.items():
        sql = "insert into profile_history by name select ? as target, 1 as user_id, ? as captured_at, ? as capture_id, ? as username, false as is_private, false as is_verified, ? as follower_count"
        transaction.run(sql, target, at(day), f"{target}-{day}", f"{target}.name", count)


def posted(transaction: Transaction, post_id: int, caption: str, hours: dict[float, float]) -> None:
    """Write a post of Sunday 6:00, and its rate of engagement after so many hours."""
    transaction.run(
        "insert into posts select 'desk', ?, 'short' || ?, 1, ?, 'image', ?, false, ?, ?",
        *(post_id, post_id, DAY_0, caption, DAY_0, DAY_0),
    )
    sql = "insert into post_metrics by name select 'desk' as target, ? as post_id, ? as captured_at, 'c' as capture_id, ? as age_hours, ? as engagement_rate, 10 as like_count"
    for age, rate in hours.items():
        transaction.run(sql, post_id, DAY_0 + timedelta(hours=age), age, rate)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Six days of one target: 1 and 2 were there, 3 was revealed, 4 and 5 followed, 2 and 5 left, 5 came back."""
    file = tmp_path / "warehouse.duckdb"
    with writing(file) as transaction:
        listed(transaction, "desk", range(7))
        counted(transaction, "desk", {0: 100, 1: 103, 3: 101})
        span(transaction, "desk", 1, 0, began_as="present")
        span(transaction, "desk", 2, 0, 3, began_as="present")
        span(transaction, "desk", 3, 2, began_as="revealed")
        span(transaction, "desk", 4, 1)
        span(transaction, "desk", 5, 1, 3)
        span(transaction, "desk", 5, 5, began_as="refollowed")
        span(transaction, "rival", 4, 4)
        span(transaction, "rival", 1, 4)
        span(transaction, "rival", 9, 4)
    return file


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-02-28", []), ("2026-03-01", [1, 2]), ("2026-03-03", [1, 2, 3, 4, 5]), ("2026-03-05", [1, 3, 4])],
)
def test_who_followed_on_a_day_is_who_was_listed_by_its_end_and_not_yet_gone(
    file: Path, day: str, expected: list[int]
) -> None:
    found = rows(file, "select user_id from followers_on('desk', ?) order by all", day)
    assert [row[0] for row in found] == expected


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_day_is_the_same_in_every_time_zone(file: Path, zone: str) -> None:
    import duckdb

    with duckdb.connect(file, read_only=True) as connection:
        connection.execute(f"set timezone = '{zone}'")
        count = "select count(*) from followers_on('desk', '2026-03-01')"
        assert connection.execute(count).fetchall() == [(2,)]
        days = "select min(day), max(day) from daily_growth where target = 'desk'"
        assert connection.execute(days).fetchall() == [(date(2026, 3, 1), date(2026, 3, 7))]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-02-01", "2026-03-31", (0, 3, 3, 2, 4, None)),
        ("2026-03-01", "2026-03-04", (2, 2, 1, 2, 3, 1.0)),
        ("2026-03-05", "2026-03-31", (3, 1, 0, 0, 4, 0.0)),
    ],
)
def test_churn_adds_up(file: Path, first: str, last: str, expected: tuple[object, ...]) -> None:
    found = rows(file, "from churn('desk', ?, ?)", first, last)[0]
    assert found == expected
    before, followed, first_listed, lost, after, _ = found
    assert before + followed + first_listed - lost == after


def test_overlap_counts_who_follows_both_now(file: Path) -> None:
    assert rows(file, "from overlap('desk', 'rival')") == [(4, 3, 2, 0.5, 2 / 3, 0.4)]
    assert rows(file, "from audience_overlap") == [("desk", "rival", 4, 3, 2, 0.5, 2 / 3, 0.4)]
    assert rows(file, "select user_id from shared_followers('desk', 'rival') order by all") == [(1,), (4,)]
    assert rows(file, "from overlap('desk', 'nobody')") == [(4, 0, 0, 0.0, None, 0.0)]


def test_newcomers_are_shared_when_they_are_new_to_both(file: Path) -> None:
    assert rows(file, "select user_id, a, b, days_apart from shared_newcomers") == [(4, "desk", "rival", 3.0)]


def test_who_followed_says_who_still_does(file: Path) -> None:
    found = rows(file, "select user_id, began_as, still_follows from who_followed('desk', '2026-03-02') order by all")
    assert found == [(4, "followed", True), (5, "followed", False), (5, "refollowed", True)]
    assert rows(file, "select user_id from who_followed('desk', '2026-03-04')") == [(5,)]


def test_who_left_names_confirmed_losses_with_their_cause_and_who_is_back(file: Path) -> None:
    lesson = "insert into lessons by name select ? as lesson_id, 'desk' as target, 'left' as kind, ? as state, ? as not_before, ? as not_after, ? as learned_at, 'c' as capture_id, 'c' as before_capture_id, 'c' as first_capture_id, ? as followers"
    told = (("suspected", 3, (1, 2, 4)), ("confirmed", 5, (2, 5)), ("retracted", 5, (4,)))
    with writing(file) as transaction:
        for number, (state, learned, followers) in enumerate(told):
            transaction.run(lesson, number, state, at(2), at(3), at(learned), len(followers))
            for user_id in followers:
                transaction.run("insert into lesson_followers values (?, ?, ?)", number, user_id, at(learned))
        settled = "insert into settlements values (change_id_of('desk', 'left', 2, 'c'), 'desk', 2, 'unfollowed', ?)"
        transaction.run(settled, at(6))
    found = rows(file, "select user_id, cause, came_back from who_left('desk', '2026-03-04') order by all")
    assert found == [(2, "unfollowed", False), (5, "unknown", True)]
    assert rows(file, "from who_left('desk', '2026-03-05')") == []


def test_daily_growth_sets_what_was_counted_beside_who_came_and_went(file: Path) -> None:
    found = rows(file, "select * exclude (target) from daily_growth where target = 'desk' order by day")
    assert found[:4] == [
        (date(2026, 3, 1), 100, None, None, None, None, None, None),
        (date(2026, 3, 2), 103, 3, 3.0, 2, 0, 0, 0.0),
        (date(2026, 3, 3), None, None, None, 0, 1, 0, 0.0),
        (date(2026, 3, 4), 101, -2, -1.0, 0, 0, 2, 2 / 103),
    ]
    assert found[5] == (date(2026, 3, 6), None, None, None, 1, 0, 0, 0.0)


def test_retention_counts_only_those_who_were_watched_for_so_long(file: Path) -> None:
    found = rows(file, "select days_later, cohort, still_following from cohort_retention where target = 'desk'")
    # The one who came back has been watched for a day, nobody for a week.
    assert found == [(1, 3, 3)]
    with writing(file) as transaction:
        listed(transaction, "desk", range(7, 20))
    found = rows(file, "select * exclude (target, cohort_month) from cohort_retention where target = 'desk' order by 1")
    assert found == [(1, 3, 3, 1.0), (7, 3, 2, 2 / 3), (14, 3, 2, 2 / 3)]


def test_an_anomaly_is_a_day_unlike_those_before_it_and_the_first_week_has_none(tmp_path: Path) -> None:
    file = tmp_path / "anomalies.duckdb"
    gained = [500, 9, 10, 11, 10, 9, 10, 11, 10, 11, 60, 10]
    counts = {day + 1: 1000 + sum(gained[: day + 1]) for day in range(len(gained))}
    with writing(file) as transaction:
        counted(transaction, "desk", {0: 1000, **counts})
    found = rows(file, "select day, score, is_anomaly from growth_anomalies order by day")
    assert [row[1] for row in found[:7]] == [None] * 7
    assert [row[0] for row in found if row[2]] == [date(2026, 3, 12)]
    # Median 10, MAD 1.
    assert found[10][1] == pytest.approx(0.6745 * 50)


def test_hashtags_and_mentions_are_taken_from_captions(tmp_path: Path) -> None:
    file = tmp_path / "captions.duckdb"
    with writing(file) as transaction:
        posted(transaction, 1, "With @ann.b. and (@cem_) #Été#aurora #aurora, mail me@example.org", {})
        posted(transaction, 2, "nothing", {})
    assert rows(file, "select post_id, hashtag from hashtags order by all") == [(1, "aurora"), (1, "été")]
    assert rows(file, "select post_id, username from mentions order by all") == [(1, "ann.b"), (1, "cem_")]


def test_engagement_by_hour_takes_each_post_once_after_its_first_day(tmp_path: Path) -> None:
    file = tmp_path / "posts.duckdb"
    with writing(file) as transaction:
        posted(transaction, 1, "", {1: 0.5, 25: 0.1, 49: 0.9})
        posted(transaction, 2, "", {30: 0.3})
        posted(transaction, 3, "", {2: 0.7})
    # The first of March 2026 is a Sunday.
    assert rows(file, "select * exclude (target) from engagement_by_hour") == [(7, 6, 2, pytest.approx(0.2))]
    by_age = rows(file, "select age_days, posts, median_engagement_rate from engagement_by_age order by all")
    assert by_age == [(0, 2, pytest.approx(0.6)), (1, 2, pytest.approx(0.2)), (2, 1, pytest.approx(0.9))]
    assert rows(file, "select week, posts, images from posting_cadence") == [(date(2026, 2, 23), 3, 3)]
