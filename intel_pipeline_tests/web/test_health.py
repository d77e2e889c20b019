"""Data health: what was captured, what the checks find, what does not add up."""

import csv
from datetime import date

from intel_pipeline.clock import today
from intel_pipeline.registry.models import Capture
from intel_pipeline.web.charts.verdicts import chart_of, counted
from intel_pipeline.web.pages.captures import gaps_of
from intel_pipeline.web.publication import Publications
from intel_pipeline.web.soundness import found, of_capture
from intel_pipeline_tests.web.conftest import DAYS, LABELS, VIC


def test_every_day_of_every_target_has_its_verdict_and_what_is_not_complete_leads_to_its_capture(client, shown):
    text = client(VIC).get("/health?surface=profile").text
    newest = {one.target: one for one in shown.registry.captures.latest() if one.surface == "profile"}
    assert newest["vanishing"].verdict == "failed"
    assert f'href="/health/captures/{newest["vanishing"].capture_id}"' in text
    # The one that vanished had been there on the first day.
    assert text.count('<td class="verdict-complete">') == (len(LABELS) - 1) * DAYS + 1


def test_what_the_checks_find_is_what_dagster_is_told(client, shown):
    text = client(VIC).get("/health").text
    findings = found(shown)
    assert {one.target for one in findings} == {"vanishing"}
    assert all(one.said[:40] in text for one in findings)


def test_a_check_that_says_why_stands_for_the_verdict():
    held = {"verdict": "suspect", "held": True, "missing_count": 40, "missing_limit": 12, "reasons": ["40 are missing"]}
    capture = Capture(capture_id="one", target="nasa", surface="followers", **held)
    assert [(one.check, one.severity) for one in of_capture(capture)] == [("mass_loss", "act")]


def test_the_lists_and_the_reported_counts_are_held_against_each_other(shown):
    publications = Publications(shown.settings.publication)
    with publications.reading() as reading:
        rows = reading.rows("health/reconciliation", first=date(2026, 11, 1), last=today(shown.clock))
        growth = reading.ask(
            "select target, day, gained, followed, lost from daily_growth where gained is not null", {}
        )
    publications.close()
    told = {(row["target"], row["day"]): (row["gained"], row["followed"], row["lost"]) for row in rows}
    assert len(told) == (len(LABELS) - 1) * (DAYS - 1)
    daily = {(row["target"], row["day"]): (row["gained"], row["followed"], row["lost"]) for row in growth}
    assert told == {key: daily[key] for key in told}
    for row in rows:
        assert row["unexplained"] == row["gained"] - row["followed"] + row["lost"]
        assert abs(row["off"]) <= abs(row["unexplained"])


def test_captures_are_found_by_what_is_asked_of_them(client):
    text = client(VIC).get("/health/captures?format=csv&target=vanishing&verdict=failed").text
    rows = list(csv.DictReader(text.splitlines()))
    assert rows
    assert {(row["target"], row["verdict"]) for row in rows} == {("vanishing", "failed")}
    assert "No capture is like that" in client(VIC).get("/health/captures?since=2030-01-01").text


def test_one_capture_tells_everything_about_itself(client, shown):
    capture = next(
        one for one in shown.registry.captures.latest() if (one.target, one.surface) == ("open", "followers")
    )
    text = client(VIC).get(f"/health/captures/{capture.capture_id}").text
    assert capture.capture_id in text
    assert f"usual are {capture.gap_low} to {capture.gap_high}".replace("-", "-") in text
    assert "desk" in text


def test_a_capture_that_there_is_not_is_not_found(client):
    assert client(VIC).get("/health/captures/nothing").status_code == 404


def test_no_follower_is_named_where_the_data_is_judged(client, shown):
    publications = Publications(shown.settings.publication)
    with publications.reading() as reading:
        names = {row["username"] for row in reading.ask("select username from newest_names", {})}
    publications.close()
    page = client(VIC)
    for path in ("/health", "/health/captures"):
        text = page.get(path).text
        assert not [name for name in names if f">{name}<" in text]


def test_a_gap_is_told_once_where_both_readings_agree():
    assert gaps_of(Capture(distinct_count=95, reported_before=100, reported_after=100)) == [5]
    assert gaps_of(Capture(distinct_count=95, reported_before=100, reported_after=101)) == [5, 6]
    assert gaps_of(Capture(distinct_count=None, reported_before=100, reported_after=100)) == []


def test_the_chart_of_verdicts_has_each_day_and_calls_what_is_held_so():
    days = [date(2026, 11, 1), date(2026, 11, 2)]
    rows = [
        {"day": days[1], "verdict": "suspect", "held": True},
        {"day": days[1], "verdict": "complete", "held": False},
    ]
    option = chart_of(counted(rows, days))
    assert {one["name"]: one["data"] for one in option["series"]} == {"complete": [0, 1], "held": [0, 1]}
