"""Adding, pacing and removing targets by forms alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.audit import Sought
from intel_pipeline_tests.web.conftest import ADA, VIC, browser
from intel_pipeline_tests.worlds import small_pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    made = small_pipeline(tmp_path, ["open"], logged_in=False)
    yield made
    made.registry.close()


def test_several_are_added_at_once_and_what_cannot_be_says_why(pipeline):
    answer = browser(pipeline, ADA).post(
        "/watchlist", data={"usernames": "@first.light, Bad Name!, tide.tables", "purpose": "a story"}
    )
    assert answer.status_code == 200
    assert "<strong>first-light</strong> is watched now" in answer.text
    assert answer.text.count("What now:") >= 2
    assert pipeline.registry.targets.get("first-light").purpose == "a story"


def test_what_an_admin_does_to_the_watchlist_is_in_the_audit(pipeline):
    admin = browser(pipeline, ADA)
    admin.post("/watchlist", data={"usernames": "first.light, name!"})
    admin.post("/watchlist/open", data={"purpose": "why"})
    admin.post("/watchlist/open", data={"followers": "hourly"})
    admin.post("/watchlist/open/state/pause")
    told = [(entry.who, entry.what, entry.about) for entry in pipeline.registry.audit.all(Sought())]
    assert told == [
        ("ada", "target paused", "open"),
        ("ada", "target changed", "open"),
        ("ada", "target added", "first-light"),
    ]


def test_a_target_keeps_the_cadence_and_purpose_that_it_was_given(pipeline):
    answer = browser(pipeline, ADA).post("/watchlist/open", data={"purpose": "why", "followers": "2d", "profile": "6h"})
    assert answer.status_code == 303
    target = pipeline.registry.targets.get("open")
    assert (target.purpose, target.cadence) == ("why", {"followers": 48, "profile": 6})


def test_a_cadence_that_is_none_is_refused_and_what_was_typed_stays(pipeline):
    answer = browser(pipeline, ADA).post("/watchlist/open", data={"followers": "hourly", "purpose": "typed"})
    assert answer.status_code == 422
    assert "too often for a list" in answer.text
    assert 'value="typed"' in answer.text
    assert pipeline.registry.targets.get("open").cadence is None


@pytest.mark.parametrize(("action", "state"), [("pause", "paused"), ("resume", "active")])
def test_a_target_is_paused_and_resumed(pipeline, action, state):
    assert browser(pipeline, ADA).post(f"/watchlist/open/state/{action}").status_code == 303
    assert pipeline.registry.targets.get("open").state == state


def test_what_is_removed_is_on_the_list_no_more(pipeline):
    browser(pipeline, ADA).post("/watchlist/open/state/remove")
    assert "Nobody is watched yet" in browser(pipeline, ADA).get("/watchlist").text


@pytest.mark.parametrize("path", ["/watchlist", "/watchlist/open", "/watchlist/open/state/remove"])
def test_viewers_change_nothing(pipeline, path):
    assert browser(pipeline, VIC).post(path, data={"usernames": "first.light"}).status_code == 403
    assert [target.label for target in pipeline.registry.targets.all()] == ["open"]
    assert "<form" not in browser(pipeline, VIC).get("/watchlist").text.split("<main")[1]


def test_nothing_published_yet_teaches_the_next_step(pipeline):
    text = browser(pipeline, VIC).get("/").text
    assert "waits for its first capture" in text
    pipeline.registry.targets.set_state("open", "removed")
    assert "No targets yet" in browser(pipeline, VIC).get("/").text
    assert 'href="/watchlist">Add a target' in browser(pipeline, ADA).get("/").text


def test_settings_show_what_is_chosen_and_no_secret(tmp_path):
    pipeline = small_pipeline(tmp_path, [], logged_in=False, vault_keys="c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=")
    text = browser(pipeline, ADA).get("/settings").text
    assert "set, not shown" in text
    assert "c2VjcmV0" not in text
    assert browser(pipeline, VIC).get("/settings").status_code == 403
    pipeline.registry.close()
