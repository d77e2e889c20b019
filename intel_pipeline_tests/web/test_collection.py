"""Collection: sessions, budgets, breakers, and requests over time."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intel_pipeline.clock import today
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.charts.requests import chart_of, cost_of, outcome_of, table_of
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline.web.requests import moments, requests_since, summed
from intel_pipeline_tests.web.conftest import ADA, VIC, browser, live
from intel_pipeline_tests.worlds import small_pipeline

WANTED = "Instagram asks for a challenge"


@pytest.fixture
def stopped(tmp_path):
    """A folder where nothing is published yet, with a session that is stopped."""
    pipeline = small_pipeline(tmp_path, ["renaming"])
    pipeline.registry.sessions.stop("desk", WANTED)
    yield pipeline
    pipeline.registry.close()


def test_all_that_was_ever_asked_is_counted_whether_it_is_published_or_not(client, shown):
    text = client(VIC).get("/collection?format=csv&span=quarter").text
    assert sum(int(row["requests"]) for row in csv.DictReader(text.splitlines())) == shown.registry.ledger.total()


def test_what_is_not_published_is_read_from_the_ledger(tmp_path):
    pipeline = small_pipeline(tmp_path, ["renaming"])
    live(pipeline, today(pipeline.clock))
    parts = Parts(
        pipeline, Publications(pipeline.settings.publication), open_access(pipeline.registry, pipeline.settings)
    )
    rows = requests_since(parts, pipeline.clock.now() - timedelta(days=1), "hour")
    assert sum(row["requests"] for row in rows) == pipeline.registry.ledger.total() > 0
    pipeline.registry.close()


def test_each_budget_is_a_meter_with_its_words(client):
    text = client(VIC).get("/collection").text
    assert "identities in a day" in text
    assert 'aria-label="requests in an hour:' in text


def test_only_an_admin_is_offered_to_close_a_breaker_and_may(stopped):
    viewer, admin = browser(stopped, VIC), browser(stopped, ADA)
    assert WANTED in viewer.get("/collection").text
    assert "/collection/breakers/desk/close" not in viewer.get("/collection").text
    assert "/collection/breakers/desk/close" in admin.get("/collection").text
    assert viewer.post("/collection/breakers/desk/close").status_code == 403
    assert stopped.session("desk").stopped()


def test_a_breaker_is_closed_where_the_session_answers(stopped):
    answer = browser(stopped, ADA).post("/collection/breakers/desk/close")
    assert (answer.status_code, answer.headers["location"]) == (303, "/collection?closed=desk")
    assert stopped.session("desk").stopped() is None


def test_a_breaker_stays_open_where_the_session_does_not_answer(stopped):
    stopped.vault().seal(
        "desk", {"username": "plain.viewer", "cookies": {"sessionid": "nobody's", "csrftoken": "none"}}
    )
    answer = browser(stopped, ADA).post("/collection/breakers/desk/close")
    assert answer.status_code == 409
    assert "The breaker stays open" in answer.text
    assert stopped.session("desk").stopped()


def test_a_session_that_there_is_not_has_no_breaker(stopped):
    assert browser(stopped, ADA).post("/collection/breakers/nobody/close").status_code == 422


@pytest.mark.parametrize("path", ["/changes", "/health", "/health/captures", "/collection"])
@pytest.mark.parametrize("targets", [(), ("renaming",)])
def test_where_nothing_was_captured_yet_pages_teach_the_next_step(tmp_path, path, targets):
    pipeline = small_pipeline(tmp_path, targets, logged_in=False)
    pipeline = replace(pipeline, settings=pipeline.settings.model_copy(update={"session": None}))
    answer = browser(pipeline, ADA).get(path)
    assert answer.status_code == 200
    assert "watchlist" in answer.text
    pipeline.registry.close()


AT = datetime(2026, 11, 3, 6, tzinfo=UTC)


def asked(status=200, at=AT, requests=1, waited=2.0, received=10):
    return {
        "at": at, "session": "desk", "surface": "posts", "status": status, "requests": requests, "waited": waited,
        "bytes": received,
    }  # fmt: skip


def test_what_both_sources_tell_of_an_hour_is_added_up():
    assert summed([asked(), asked(requests=4), asked(429), asked(None)]) == [
        asked(None),
        asked(requests=5, waited=4.0, received=20),
        asked(429),
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "answered"),
        (429, "429, too many"),
        (401, "refused or failed"),
        (302, "refused or failed"),
        (None, "no answer"),
    ],
)
def test_each_status_is_one_of_four_outcomes(status, outcome):
    assert outcome_of(status) == outcome


def test_hours_without_a_request_are_drawn_as_such_and_outcomes_that_never_came_are_not():
    table = table_of([asked(requests=3), asked(429)], moments(AT - timedelta(hours=1), AT, "hour"))
    option = chart_of(table)
    assert option["xAxis"]["data"] == ["11-03 05:00", "11-03 06:00"]
    assert {one["name"]: one["data"] for one in option["series"]} == {"answered": [0, 3], "429, too many": [0, 1]}
    assert [one["data"] for one in cost_of(table)["series"]] == [[0, 4], [0, 0.0]]
