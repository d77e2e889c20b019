"""Whole captures with the registry on PostgreSQL, and what is left of one whose registry goes away in the middle."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.errors import RegistryError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.limits import Turn
from intel_pipeline_tests.postgresql import Server
from intel_pipeline_tests.worlds import asked, next_morning, small_pipeline

LIMITS = Limits(most=25, seconds=3600)
# Of the list of 'open', after those of 'friendly'.
PAGES, BEFORE = 5, 3


@pytest.fixture
def registry_url(postgresql: Server) -> Iterator[str]:
    with postgresql.registry() as url:
        yield url


@pytest.fixture
def pipeline(tmp_path, registry_url) -> Iterator[Pipeline]:
    pipeline = small_pipeline(tmp_path, ["open", "friendly", "closed"], registry_url=registry_url)
    yield pipeline
    pipeline.registry.close()


def captured(pipeline: Pipeline, surface, watch=lambda *_: None) -> Tally:
    return capture_due(pipeline, surface, today(pipeline.clock), LIMITS, watch)


def snapshot_of(pipeline: Pipeline) -> set[int]:
    (capture,) = pipeline.registry.captures.history("open", "followers")
    return set(snapshot_file.read(pipeline.settings.lake_dir, capture.snapshot)["user_id"])


def test_two_rounds_of_every_surface_are_captured_as_with_sqlite(pipeline):
    assert pipeline.registry.place.startswith("PostgreSQL database 'test_")
    assert not pipeline.settings.registry_file.exists()
    for _ in range(2):
        assert set(captured(pipeline, "profile").verdicts.values()) == {"complete"}
        lists = captured(pipeline, "followers")
        assert lists.verdicts == {"open": "complete", "friendly": "complete", "closed": "failed"}
        assert captured(pipeline, "posts").verdicts["open"] == "complete"
        assert pipeline.due(today(pipeline.clock)) == 0
        next_morning(pipeline)
    assert pipeline.registry.ledger.total() == len(pipeline.instagram.requests)
    spent = {one.limit: one.spent for one in pipeline.registry.ledger.spending("desk", pipeline.session("desk").limits)}
    assert 0 < spent["day"] < 1000


def test_a_registry_that_goes_away_stops_the_capture_and_no_page_is_lost_or_asked_for_twice(
    pipeline, postgresql, registry_url
):
    captured(pipeline, "profile")
    with ExitStack() as stack:

        def watch(label: str, surface: str, rows: int, reported: int | None) -> None:
            if label == "open" and rows == 100:
                stack.enter_context(postgresql.away(registry_url))

        with pytest.raises(RegistryError, match="cannot be reached"):
            captured(pipeline, "followers", watch)
        assert asked(pipeline, "followers") == BEFORE + 2
    (left,) = pipeline.registry.captures.in_progress()
    assert (left.target, left.verdict) == ("open", None)
    assert captured(pipeline, "followers").verdicts["open"] == "complete"
    assert asked(pipeline, "followers") == BEFORE + PAGES
    world = pipeline.instagram.world
    assert snapshot_of(pipeline) == {person.id for person in world.followers_of(world.target_id("open"))}


def test_a_page_that_came_while_the_registry_went_away_is_kept_and_written_down_later(
    pipeline, postgresql, registry_url, monkeypatch, caplog
):
    captured(pipeline, "profile")
    with ExitStack() as stack:
        complete = type(pipeline.registry.ledger).complete

        def going_away(ledger, answers) -> None:
            if answers and asked(pipeline, "followers") == BEFORE + 2:
                stack.enter_context(postgresql.away(registry_url))
            complete(ledger, answers)

        monkeypatch.setattr(type(pipeline.registry.ledger), "complete", going_away)
        with pytest.raises(RegistryError):
            captured(pipeline, "followers")
        monkeypatch.setattr(type(pipeline.registry.ledger), "complete", complete)
    assert "what came back is written down later" in caplog.text
    assert captured(pipeline, "followers").verdicts["open"] == "complete"
    assert asked(pipeline, "followers") == BEFORE + PAGES


def test_a_registry_that_is_away_for_one_request_only_gives_the_capture_no_verdict_and_its_lease_back(
    pipeline, postgresql, registry_url, monkeypatch
):
    captured(pipeline, "profile")
    reserve = type(pipeline.registry.ledger).reserve

    def away_once(*given: Any) -> Turn:  # noqa: ANN401  handed on
        if asked(pipeline, "followers") != BEFORE + 2:
            return reserve(*given)
        with postgresql.away(registry_url):
            return reserve(*given)

    monkeypatch.setattr(type(pipeline.registry.ledger), "reserve", away_once)
    with pytest.raises(RegistryError):
        captured(pipeline, "followers")
    monkeypatch.setattr(type(pipeline.registry.ledger), "reserve", reserve)
    (left,) = pipeline.registry.captures.in_progress()
    assert (left.target, left.holder, left.verdict) == ("open", None, None)
    assert captured(pipeline, "followers").verdicts["open"] == "complete"
    assert asked(pipeline, "followers") == BEFORE + PAGES
