"""The feed of changes: what it shows is what follower_changes and profile_changes hold, whatever way it is asked."""

import csv
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest

from intel_pipeline.web import feed
from intel_pipeline.web.charts.changes import MOST_DAYS, chart_of, newest_days, table_of
from intel_pipeline.web.keyset import Place, cursor_of, place_of
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.conftest import VIC

# What the feed must hold, by the views that are slow at a million.
TRUTH = """
select change_id, not_after, target, kind, state, username, previous_username as before, reason from follower_changes
union all
select change_id, not_after, target, field, 'confirmed', null, value_before, null from profile_changes
where field not in ('follower_count', 'following_count', 'media_count')
order by not_after desc, change_id desc
"""


@contextmanager
def read(pipeline):
    """One after the other with a client's: a process opens a file in one way at a time."""
    publications = Publications(pipeline.settings.publication)
    with publications.reading() as reading:
        yield reading
    publications.close()


@pytest.fixture
def reading(shown):
    with read(shown) as reading:
        yield reading


def told(row):
    return {
        name: row[name]
        for name in ("change_id", "not_after", "target", "kind", "state", "username", "before", "reason")
    }


def test_page_after_page_the_feed_holds_every_change_once_as_the_views_tell_it(reading):
    rows, after = [], None
    while found := feed.page_of(reading, feed.Asked(), after, 7):
        rows += found
        after = Place(found[-1]["not_after"], found[-1]["change_id"])
    assert [told(row) for row in rows] == reading.ask(TRUTH, {})
    assert {"followed", "left", "username"} <= {row["kind"] for row in rows}
    assert {"suspected", "confirmed"} <= {row["state"] for row in rows}


def test_filters_keep_what_they_say_and_nothing_else(reading):
    everything = list(feed.all_of(reading, feed.Asked()))
    for asked, keeps in (
        (feed.Asked(target="fading"), lambda row: row["target"] == "fading"),
        (feed.Asked(kind="left"), lambda row: row["kind"] == "left"),
        (feed.Asked(state="suspected"), lambda row: row["state"] == "suspected"),
        (feed.Asked(kind="profile"), lambda row: row["kind"] not in feed.OF_FOLLOWERS),
        (
            feed.Asked(since=date(2026, 11, 4), until=date(2026, 11, 4)),
            lambda row: row["not_after"].date() == date(2026, 11, 4),
        ),
    ):
        expected = [row for row in everything if keeps(row)]
        assert expected
        assert list(feed.all_of(reading, asked)) == expected


def test_a_part_of_a_name_finds_the_changes_of_all_who_bear_it_or_bore_it(reading):
    everything = list(feed.all_of(reading, feed.Asked()))
    one = next(row for row in everything if row["kind"] == "left")
    found = list(feed.all_of(reading, feed.Asked(name=one["username"])))
    assert one in found
    assert found == [row for row in everything if one["username"] in (row["username"] or "", row["before"] or "")]


def test_a_name_that_too_many_bear_asks_for_more_of_it(client, monkeypatch):
    monkeypatch.setattr(feed, "BEARERS", 3)
    answer = client(VIC).get("/changes?name=e")
    assert answer.status_code == 422
    assert "write more of the name" in answer.text


def test_the_days_of_the_chart_add_up_to_the_feed(reading):
    counted = sum(row["changes"] for row in feed.days_of(reading, feed.Asked()))
    assert counted == len(list(feed.all_of(reading, feed.Asked())))


def test_a_suspected_loss_is_not_told_as_one_and_leads_to_its_evidence(client, shown):
    with read(shown) as reading:
        one = feed.page_of(reading, feed.Asked(state="suspected"), None, 1)[0]
    text = client(VIC).get("/changes?state=suspected").text
    assert "suspected, not proven" in text
    assert "may have left" in text
    assert f'href="/targets/{one["target"]}/changes/{one["change_id"]}"' in text


def test_the_file_holds_all_that_the_pages_do(client, shown):
    with read(shown) as reading:
        left = [row["change_id"] for row in feed.all_of(reading, feed.Asked(kind="left"))]
    text = client(VIC).get("/changes?format=csv&kind=left").text
    rows = list(csv.DictReader(text.splitlines()))
    assert left
    assert [row["change_id"] for row in rows] == left


def test_a_page_that_nobody_was_led_to_says_what_now(client):
    for cursor in ("xx", "W10", "bnVsbA", "WyJ4IiwieSJd"):
        assert client(VIC).get(f"/changes?after={cursor}").status_code == 422


def test_a_cursor_leads_back_to_its_place():
    place = Place(datetime(2026, 11, 3, 6, 0, 0, 123456, tzinfo=UTC), "abc")
    assert place_of(cursor_of(place)) == place


def day(number, kind="followed", state="confirmed", changes=2):
    return {"day": date(2026, 11, number), "kind": kind, "state": state, "changes": changes}


def test_the_chart_draws_losses_below_the_line_pale_while_not_proven_and_leaves_no_day_out():
    option = chart_of(table_of([day(1), day(3, "left"), day(3, "left", "suspected", 1)]))
    drawn = {one["name"]: one for one in option["series"]}
    assert option["xAxis"]["data"] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert drawn["followed"]["data"] == [2, 0, 0]
    assert drawn["left"]["data"] == [0, 0, -2]
    assert drawn["suspected, not proven"]["data"] == [0, 0, -1]
    assert drawn["suspected, not proven"]["itemStyle"]["opacity"] < drawn["left"]["itemStyle"]["opacity"]


def test_the_chart_shows_the_newest_days_only():
    assert len(newest_days([{"day": date(2020, 1, 1)}, day(3)])) == MOST_DAYS
    assert newest_days([]) == []
