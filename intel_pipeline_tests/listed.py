"""Pipelines on a source that serves pages from lists, for tests that say exactly who is listed and how many are reported."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from intel_pipeline.capture.tally import Limits, Tally
from intel_pipeline.capture.work import capture_due
from intel_pipeline.clock import today
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.models import Capture
from intel_pipeline.registry.store import open_registry
from intel_pipeline.session_in_use import SessionInUse
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline_tests.sources import Body, ListedSource, follower_page, user
from intel_pipeline_tests.worlds import next_morning

LIMITS = Limits(most=25, seconds=3600)


@dataclass(frozen=True, slots=True)
class ListedSession(SessionInUse):
    """A session that asks `listed`."""

    listed: ListedSource = field(default_factory=ListedSource)

    @contextmanager
    def source(self) -> Iterator[ListedSource]:
        yield self.listed


@dataclass(frozen=True, slots=True)
class ListedPipeline(Pipeline):
    """A pipeline whose sessions ask `listed`."""

    listed: ListedSource = field(default_factory=ListedSource)

    def session(self, name: str) -> ListedSession:
        return ListedSession(self, name, self.listed)


def listed_pipeline(folder: Path) -> ListedPipeline:
    """Return a pipeline with the target `tea` in the data folder `folder`."""
    settings = load_settings(data_dir=folder, session="desk")
    settings.make_directories()
    clock = VirtualClock(datetime(2026, 11, 2, 6, tzinfo=UTC))
    pipeline = ListedPipeline(settings, clock, open_registry(settings.registry_location, clock))
    pipeline.registry.targets.add("museum_of_tea", "tea", None)
    return pipeline


def next_list(pipeline: ListedPipeline, members: Iterable[int], reported: int | None, **page: bool) -> Capture:
    """Capture, on the next morning, a list of `members` while so many are reported; return the capture."""
    next_morning(pipeline)
    listed: Body = follower_page(list(members), None, **page)
    pipeline.listed.profiles = [user(follower_count=reported)]
    pipeline.listed.pages["followers"] = {None: listed}
    tick(pipeline)
    return lists(pipeline)[-1]


def tick(pipeline: ListedPipeline) -> Tally:
    """Capture what is due of profile and followers; return the tally of the latter."""
    capture_due(pipeline, "profile", today(pipeline.clock), LIMITS, lambda *_: None)
    return capture_due(pipeline, "followers", today(pipeline.clock), LIMITS, lambda *_: None)


def lists(pipeline: Pipeline) -> list[Capture]:
    """Return the target's follower captures as the registry has them now, oldest first."""
    return pipeline.registry.captures.history("tea", "followers")
