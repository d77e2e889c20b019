"""The life of one target: its followers, names and posts, and what a day is going to bring it."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from intel_pipeline.simulator import names, posts
from intel_pipeline.simulator.events import Event, Hours
from intel_pipeline.simulator.people import Population, Resident
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.roll import Step
from intel_pipeline.simulator.specs import TargetSpec

Act = Literal["follow", "return", "leave", "rename", "post", "rename_target", "rewrite_biography", "vanish"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that is going to happen, unless it has become impossible by then."""

    at: datetime
    target_id: int
    act: Act
    resident: Resident | None = None
    text: str | None = None
    post: Post | None = None


class Crowd:
    """Those who follow at the moment that a history has been written up to, with their places."""

    def __init__(self, founders: Sequence[Resident]) -> None:
        """Begin with `founders`, oldest first, at the places 1, 2, ..."""
        self._members = list(founders)
        self._index = {resident.id: index for index, resident in enumerate(founders)}
        self._places = {resident.id: place for place, resident in enumerate(founders, 1)}
        self._last_place = len(founders)

    def __contains__(self, resident: Resident) -> bool:
        """Whether `resident` follows."""
        return resident.id in self._index

    def __len__(self) -> int:
        """Return how many follow."""
        return len(self._members)

    def any_of(self, rng: random.Random, count: int) -> list[Resident]:
        """Return up to `count` different members, drawn from `rng`."""
        drawn = {int(rng.random() * len(self._members)): None for _ in range(count if self._members else 0)}
        return [self._members[index] for index in drawn]

    def add(self, resident: Resident) -> int:
        """Let `resident` follow; return the place."""
        self._index[resident.id] = len(self._members)
        self._members.append(resident)
        self._last_place += 1
        self._places[resident.id] = self._last_place
        return self._last_place

    def remove(self, resident: Resident) -> int:
        """Let `resident` leave; return the place that is empty now."""
        index, last = self._index.pop(resident.id), self._members.pop()
        if last is not resident:
            self._members[index] = last
            self._index[last.id] = index
        return self._places.pop(resident.id)


@dataclass(slots=True)
class Life:
    """All that is known of one target up to the day that its history has been written to."""

    spec: TargetSpec
    id: int
    founders: list[Resident]
    followees: list[Resident]
    community: list[Resident]
    crowd: Crowd = field(init=False)
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    called: list[tuple[datetime, str]] = field(default_factory=list)
    biographies: list[tuple[datetime, str]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    gone: list[Resident] = field(default_factory=list)
    last_act: dict[int, datetime] = field(default_factory=dict)
    vanished_at: datetime | None = None

    def __post_init__(self) -> None:
        """Let the founders follow."""
        self.crowd = Crowd(self.founders)

    def vanished(self, at: datetime) -> bool:
        """Return whether the target is gone at `at`."""
        return self.vanished_at is not None and self.vanished_at <= at

    def username_at(self, at: datetime) -> str:
        """Return what the target is called at `at`."""
        return latest(self.called, at)

    def biography_at(self, at: datetime) -> str:
        """Return the biography at `at`."""
        return latest(self.biographies, at)

    def posts_at(self, at: datetime) -> list[Post]:
        """Return the posts there are at `at`, oldest first."""
        return self.posts[: bisect_right(self.posts, at, key=lambda post: post.taken_at)]

    def followers_at(self, at: datetime) -> int:
        """Return how many follow at `at`."""
        happened = bisect_right(self.steps, at, key=lambda step: step.at)
        return self.steps[happened - 1].count if happened else len(self.founders)

    def day(self, rng: random.Random, hours: Hours, population: Population) -> Iterator[Plan]:
        """Yield what `hours` are going to bring, in no order; newcomers are born into `population`."""
        spec = self.spec

        def due(per_day: float) -> range:
            return range(about(rng, per_day * hours.share))

        def moment() -> datetime:
            return hours.moment(rng.random())

        for resident in self.crowd.any_of(rng, len(due(spec.leaves_per_day))):
            yield Plan(moment(), self.id, "leave", resident)
        for resident in self.crowd.any_of(rng, len(due(spec.renames_per_day))):
            yield Plan(moment(), self.id, "rename", resident, population.free_name(rng))
        for _ in due(spec.returns_per_day):
            if self.gone:
                yield Plan(moment(), self.id, "return", names.pick(rng, self.gone))
        for _ in due(spec.follows_per_day):
            at = moment()
            if self.community and rng.random() < spec.shared:
                yield Plan(at, self.id, "follow", names.pick(rng, self.community))
            else:
                yield Plan(at, self.id, "follow", population.born(rng, hours.opens))
        for _ in due(spec.posts_per_day):
            at = moment()
            post = posts.drawn(rng, at, self.called[-1][1], len(self.crowd))
            yield Plan(at, self.id, "post", post=post)
        yield from self._planned(rng, hours)

    def _planned(self, rng: random.Random, hours: Hours) -> Iterator[Plan]:
        for day, username in self.spec.renames_on:
            if day == hours.day:
                yield Plan(hours.moment(rng.random()), self.id, "rename_target", text=username)
        for day, biography in self.spec.biographies_on:
            if day == hours.day:
                yield Plan(hours.moment(rng.random()), self.id, "rewrite_biography", text=biography)
        if self.spec.vanishes_on == hours.day:
            yield Plan(hours.moment(rng.random()), self.id, "vanish")


def latest(values: Sequence[tuple[datetime, str]], at: datetime) -> str:
    """Return the last of `values`, (since, value) pairs oldest first, that holds at `at`; else the first."""
    return values[max(0, bisect_right(values, at, key=lambda pair: pair[0]) - 1)][1]


def about(rng: random.Random, expected: float) -> int:
    """Return a count drawn around `expected`, never more than about twice that."""
    trials = 2 * int(expected + 1)
    return sum(rng.random() * trials < expected for _ in range(trials))


def earlier_posts(rng: random.Random, spec: TargetSpec, start: datetime) -> list[Post]:
    """Return the posts that a target has at `start`, oldest first, at the pace it posts at (at most 30 days)."""
    gap = timedelta(days=min(30.0, 1 / spec.posts_per_day if spec.posts_per_day > 0 else 30.0))
    return sorted(
        (
            posts.drawn(rng, start - gap * (number + 0.9 * rng.random() + 0.05), spec.username, spec.followers)
            for number in range(spec.posts)
        ),
        key=lambda post: post.pk,
    )
