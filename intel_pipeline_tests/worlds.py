"""Pipelines on small simulated worlds, for tests that want the whole way from the wire to the warehouse."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from intel_pipeline.clock import today
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import Settings, load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.faults import Fault
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.specs import TargetSpec, ViewerSpec
from intel_pipeline.simulator.world import World
from intel_pipeline.vault_keys import make_key_file

START = datetime(2026, 11, 2, 0, tzinfo=UTC)
TARGETS = (
    TargetSpec(label="open", username="tide.tables", followers=230, posts=30, leaves_per_day=5, follows_per_day=4),
    TargetSpec(label="friendly", username="spruce.hollow", is_private=True, followers=130, posts=14),
    TargetSpec(label="closed", username="locked.orchard", is_private=True, followers=90, posts=10),
    TargetSpec(label="renaming", username="first.light", followers=60, posts=5, renames_on=((0, "second.light"),)),
    TargetSpec(label="vanishing", username="brief.candle", followers=60, posts=5, vanishes_on=0),
    TargetSpec(
        label="fading",
        username="paper.lantern",
        followers=80,
        posts=0,
        leaves_per_day=3,
        deactivates_per_day=3,
        away_days=60,
    ),
    TargetSpec(label="empty", username="blank.page", followers=0, followees=0, posts=0, follows_per_day=0),
)
VIEWER = ViewerSpec(username="plain.viewer", password="plain-secret", sees=frozenset({"friendly"}))
SECOND = ViewerSpec(username="second.viewer", password="second-secret", sees=frozenset({"closed"}))


def small_pipeline(
    folder: Path,
    labels: Iterable[str],
    faults: Iterable[Fault] = (),
    *,
    logged_in: bool = True,
    **overrides: object,
) -> Pipeline:
    """Return a pipeline on a world of `TARGETS`, at 06:00 of its first day, with the targets of `labels` added."""
    settings = load_settings(
        data_dir=folder / "data", session="desk" if logged_in else None, **{"longest_wait": 900, **overrides}
    )
    settings.make_directories()
    clock = VirtualClock(START.replace(hour=6))
    instagram = Instagram(World(5, START, clock, TARGETS, (VIEWER, SECOND)), list(faults))
    pipeline = Pipeline(settings, clock, open_registry(settings.registry_location, clock), instagram)
    if logged_in:
        make_key_file(settings.vault_dir)
        add_session(pipeline, "desk", VIEWER)
    names = {spec.label: spec.username for spec in TARGETS}
    for label in labels:
        pipeline.registry.targets.add(names[label], label, None)
    instagram.requests.clear()
    return pipeline


def add_session(pipeline: Pipeline, name: str, viewer: ViewerSpec) -> None:
    """Log in without a word on the ledger, as an operator would have done before."""
    with pipeline.network():
        cookies = log_in(open_context(60), viewer.username, viewer.password, lambda: "")
    pipeline.vault().seal(name, {"username": viewer.username, "cookies": cookies})
    pipeline.registry.sessions.welcome(name, viewer.username)


def pair_pipeline(folder: Path, labels: Iterable[str], faults: Iterable[Fault] = (), **overrides: object) -> Pipeline:
    """Return `small_pipeline` with two sessions in use: `desk`, of VIEWER, and `annex`, of SECOND."""
    single = small_pipeline(folder, labels, faults, **overrides)
    pipeline = replace(single, settings=single.settings.model_copy(update={"session": None}))
    add_session(pipeline, "annex", SECOND)
    assert pipeline.instagram is not None
    pipeline.instagram.requests.clear()
    return pipeline


def askers(pipeline: Pipeline, key: str) -> list[str | None]:
    """Return as whom the simulator was asked for what it logs as `key`, in order."""
    assert pipeline.instagram is not None
    return [request.viewer for request in pipeline.instagram.requests if request.key == key]


def clock_of(pipeline: Pipeline) -> VirtualClock:
    """Return the world's clock."""
    assert isinstance(pipeline.clock, VirtualClock)
    return pipeline.clock


def next_morning(pipeline: Pipeline) -> date:
    """Let the world live until the next day's 06:00; return that day."""
    clock = clock_of(pipeline)
    clock.set(datetime.combine(today(clock) + timedelta(days=1), time(6, tzinfo=UTC)))
    return today(clock)


def asked(pipeline: Pipeline, key: str) -> int:
    """Return how often the simulator was asked for what it logs as `key`."""
    assert pipeline.instagram is not None
    return sum(request.key == key for request in pipeline.instagram.requests)


def settings_of(folder: Path) -> Settings:
    """Return the settings of a data folder."""
    return load_settings(data_dir=folder / "data")
