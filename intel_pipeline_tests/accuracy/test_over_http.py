"""The same promise kept by the whole way: real instaloader, TLS, journal, registry, lake and warehouse."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intel_pipeline.accuracy import claims
from intel_pipeline.accuracy.course import Course
from intel_pipeline.accuracy.figures import shortcomings
from intel_pipeline.accuracy.scores import scored
from intel_pipeline.accuracy.trials import Trial
from intel_pipeline.accuracy.truth import Truth
from intel_pipeline.capture.tally import Limits
from intel_pipeline.capture.work import capture_due
from intel_pipeline.changes.comparison import listing
from intel_pipeline.contracts.change import FOLLOWER_CHANGE
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.lake import snapshot_file
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.front import serve_front
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.specs import ViewerSpec
from intel_pipeline.simulator.world import World
from intel_pipeline.vault_keys import make_key_file
from intel_pipeline.warehouse.derive import derive_followers
from intel_pipeline.warehouse.landing.registers import ref
from intel_pipeline.warehouse.writer import writing
from intel_pipeline_tests.changes.captures import newest_named
from intel_pipeline_tests.worlds import next_morning

START = datetime(2026, 11, 2, tzinfo=UTC)
VIEWER = ViewerSpec(username="plain.viewer", password="plain-secret")
DAYS = 30
LIMITS = Limits(most=25, seconds=7200)
LISTS = ("cut", "cut_slightly", "limited", "dead", "duplicated", "overlapping", "empty_page", "repeated_cursor")
PEOPLE = ("hidden", "deactivating", "visiting", "renaming", "name_passing")
COUNTS = ("wobbling", "overlapping", "target_private")


@pytest.fixture(params=[(0, LISTS), (1, PEOPLE), (2, COUNTS)], ids=["lists", "people", "counts"])
def world(request: pytest.FixtureRequest) -> World:
    seed, faults = request.param
    # instaloader draws its pauses from this, and the moment at which a listing begins decides what befalls it.
    random.seed(seed)
    spec = Trial("over HTTP", seed, DAYS, dict.fromkeys(faults, 1.0)).spec()
    return World(seed, START, VirtualClock(START), [spec], [VIEWER])


@pytest.fixture
def pipeline(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A pipeline that knows nothing of any simulator: a proxy answers in Instagram's place."""
    settings = load_settings(data_dir=tmp_path / "data", longest_wait=900, session="desk")
    settings.make_directories()
    make_key_file(settings.vault_dir)
    clock = world.clock
    with serve_front(Instagram(world), directory=tmp_path / "papers") as front:
        for name, value in front.environment().items():
            monkeypatch.setenv(name, value)
        opened = Pipeline(settings, clock, open_registry(settings.registry_location, clock))
        cookies = log_in(open_context(60), VIEWER.username, VIEWER.password, lambda: "")
        opened.vault().seal("desk", {"username": VIEWER.username, "cookies": cookies})
        opened.registry.sessions.welcome("desk", VIEWER.username)
        opened.registry.targets.add("tried", "tried", None)
        yield opened
        opened.registry.close()


def lived(pipeline: Pipeline) -> Course:
    """Capture and derive every morning; return the course that the captures in the lake make up."""
    for _ in range(DAYS):
        day = next_morning(pipeline)
        for surface in ("profile", "followers"):
            capture_due(pipeline, surface, day, LIMITS, lambda *_: None)
        derive_followers(pipeline, day)
    captures = pipeline.registry.captures.history("tried", "followers")
    course = Course(
        refs=[ref(capture) for capture in captures],
        lists=[
            listing(snapshot_file.read(pipeline.settings.lake_dir, str(one.snapshot)).lazy()).collect()
            for one in captures
        ],
    )
    course.learn_from(0)
    return course


def test_a_month_over_http_tells_what_happened_and_nothing_else(world: World, pipeline: Pipeline) -> None:
    course = lived(pipeline)
    assert len(course.refs) == DAYS
    with writing(pipeline.settings.warehouse_file) as transaction:
        landed = transaction.query("from follower_change_log order by learned_at, user_id, kind, state")
    assert (
        landed.select(FOLLOWER_CHANGE.names())
        .cast(FOLLOWER_CHANGE)
        .equals(newest_named(course.log()).sort("learned_at", "user_id", "kind", "state"))
    )

    target_id = world.target_id("tried")
    founders = {person.id for person in world.followers_of(target_id, START)}
    truth = Truth(founders, world.truth(target_id, START, world.clock.now()), course)
    scores = scored(truth, list(truth.happenings()), claims.ours(course))
    assert list(shortcomings("over HTTP", scores)) == []
    found = [scores[kind].found for kind in ("left", "followed", "renamed")]
    assert all(number >= least for number, least in zip(found, (10, 40, 8), strict=True)), found
