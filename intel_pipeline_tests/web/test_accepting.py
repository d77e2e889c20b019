"""A list that is held back for a mass loss, and the word of an admin on it."""

from collections.abc import Iterator

import pytest

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.audit import Sought
from intel_pipeline.warehouse.derive import derive_followers
from intel_pipeline_tests.listed import ListedPipeline, listed_pipeline, lists, next_list
from intel_pipeline_tests.web.conftest import ADA, VIC, browser

WHOLE, AFTER = range(1, 101), range(41, 101)


@pytest.fixture
def held(tmp_path) -> Iterator[ListedPipeline]:
    """A pipeline whose newest list is held back."""
    pipeline = listed_pipeline(tmp_path / "data")
    for members in (WHOLE, AFTER):
        next_list(pipeline, members, len(members))
    for capture in lists(pipeline):
        derive_followers(pipeline, capture.round)
    yield pipeline
    pipeline.registry.close()


def newest(pipeline: Pipeline) -> str:
    return lists(pipeline)[-1].capture_id


def test_whoever_looks_is_told_what_is_held_and_an_admin_is_led_to_what_accepts_it(held):
    path = f"/health/captures/{newest(held)}"
    said = "40 of the list before are missing, and"
    for page in ("/", "/health", path):
        assert said in browser(held, VIC).get(page).text
        assert f"{path}/accept" not in browser(held, VIC).get(page).text
    for page in ("/health", path):
        assert f'href="{path}/accept"' in browser(held, ADA).get(page).text
    assert f'href="{path}"' in browser(held, ADA).get("/").text


def test_it_is_asked_first_and_accepted_only_then_and_the_audit_says_by_whom(held):
    capture_id = newest(held)
    asked = browser(held, ADA).get(f"/health/captures/{capture_id}/accept")
    assert "cannot be taken back" in asked.text
    assert "by the next tick" in asked.text
    assert lists(held)[-1].held
    answer = browser(held, ADA).post(f"/health/captures/{capture_id}/accept")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/health/captures/{capture_id}")
    assert (lists(held)[-1].verdict, lists(held)[-1].held) == ("complete", False)
    [entry] = held.registry.audit.newest(Sought(what="capture accepted"), 9)
    assert (entry.who, entry.by, entry.about) == ("ada", "sign-in", f"followers of tea: {capture_id}")
    landed = derive_followers(held, lists(held)[0].round)
    assert landed.numbers["left suspected"] == 40, "the next tick of whatever round derives it"


def test_what_is_not_held_cannot_be_accepted_and_leaves_no_trace_in_the_audit(held):
    complete = lists(held)[0].capture_id
    for capture_id, asked, posted in ((complete, 409, 422), ("nothing", 404, 404)):
        path = f"/health/captures/{capture_id}/accept"
        assert browser(held, ADA).get(path).status_code == asked
        assert browser(held, ADA).post(path).status_code == posted
    assert held.registry.audit.newest(Sought(what="capture accepted"), 9) == []
