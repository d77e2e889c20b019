"""The life of one target: its followers, names and posts, and how they change."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intel_pipeline.simulator import chance, posts
from intel_pipeline.simulator.crowd import Crowd
from intel_pipeline.simulator.events import Cause, Event, hours_of
from intel_pipeline.simulator.people import Resident
from intel_pipeline.simulator.posts import Post
from intel_pipeline.simulator.roll import Step
from intel_pipeline.simulator.specs import TargetSpec

REMOVED = 0.1  # of those who leave, the share that the target threw out: in its list the two look the same


@dataclass(slots=True)
class Life:
    """All that is known of one target up to the day that its history has been written to.

    `steps` change who follows, `listed_steps` who can be listed. `salt` is what its chances follow from.
    """

    spec: TargetSpec
    id: int
    salt: int
    start: datetime
    founders: list[Resident]
    followees: list[Resident]
    community: list[Resident]
    crowd: Crowd = field(init=False)
    steps: list[Step] = field(default_factory=list)
    listed_steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    called: list[tuple[datetime, str]] = field(default_factory=list)
    biographies: list[tuple[datetime, str]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    gone: list[Resident] = field(default_factory=list)
    last_act: dict[int, datetime] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    suspended: dict[int, int] = field(default_factory=dict)
    vanished_at: datetime | None = None

    def __post_init__(self) -> None:
        """Let the founders follow."""
        self.crowd = Crowd(self.founders)
        for founder in self.founders if self.spec.hidden_share else ():
            if chance.drawn(founder.id, self.salt, self.spec.hidden_share):
                self.hide(founder, self.start)

    def absent(self, at: datetime) -> bool:
        """Return whether the target's account is gone at `at`, for good or for a while."""
        vanished = self.vanished_at is not None and self.vanished_at <= at
        return vanished or self._within(self.spec.away_between, at)

    def away_on(self, day: int) -> bool:
        """Return whether the account is away all through the hours of `day`."""
        days = self.spec.away_between
        return days is not None and days[0] <= day < days[1]

    def private_at(self, at: datetime) -> bool:
        """Return whether the target is private at `at`."""
        return self.spec.is_private or self._within(self.spec.private_between, at)

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

    def join(self, resident: Resident, at: datetime) -> None:
        """Let `resident` follow, at a new place."""
        self._enter(resident, self.crowd.add(resident), at)

    def leave(self, resident: Resident, at: datetime) -> None:
        """Let `resident` stop following."""
        removed = chance.drawn(resident.id, chance.salt(self.salt, at), REMOVED)
        self._exit(resident, at, "removed" if removed else "unfollowed")
        self.gone.append(resident)

    def suspend(self, resident: Resident, at: datetime) -> None:
        """Let `resident`, whose account is gone, be away from the list; the place is kept."""
        self.suspended[resident.id] = self._exit(resident, at, "deactivated")

    def restore(self, resident: Resident, at: datetime) -> None:
        """Let `resident`, if suspended, have the old place again."""
        if (place := self.suspended.pop(resident.id, None)) is not None:
            self.crowd.restore(resident, place)
            self._enter(resident, place, at)

    def hide(self, resident: Resident, at: datetime) -> None:
        """Let `resident`, who follows and is listed, be listed no more."""
        self.hidden.add(resident.id)
        self.listed_steps.append(self._step(resident, self.crowd.place_of(resident), at, joined=False))
        username = resident.username_at(at)
        self._note(Event(at, self.id, "hidden", resident.id, username, username))

    def rename(self, resident: Resident, before: str, after: str, at: datetime) -> None:
        """Note that `resident`, who follows, has another name."""
        self._note(Event(at, self.id, "renamed", resident.id, before, after))

    def _enter(self, resident: Resident, place: int, at: datetime) -> None:
        step = self._step(resident, place, at, joined=True)
        self.steps.append(step)
        self.listed_steps.append(step)
        self._note(Event(at, self.id, "followed", resident.id, None, resident.username_at(at)))
        share = self.spec.hidden_share
        if resident.id in self.hidden or (share and chance.drawn(resident.id, self.salt, share)):
            self.hide(resident, at)

    def _exit(self, resident: Resident, at: datetime, cause: Cause) -> int:
        place = self.crowd.remove(resident)
        step = self._step(resident, place, at, joined=False)
        self.steps.append(step)
        if resident.id not in self.hidden:
            self.listed_steps.append(step)
        self._note(Event(at, self.id, "left", resident.id, resident.username_at(at), None, cause))
        return place

    def _step(self, resident: Resident, place: int, at: datetime, *, joined: bool) -> Step:
        return Step(at, place, resident, joined=joined, count=len(self.crowd))

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self.last_act[event.user_id] = event.at

    def _within(self, days: tuple[int, int] | None, at: datetime) -> bool:
        return days is not None and hours_of(self.start, days[0]).opens <= at < hours_of(self.start, days[1]).opens


def latest(values: Sequence[tuple[datetime, str]], at: datetime) -> str:
    """Return the last of `values`, (since, value) pairs oldest first, that holds at `at`; else the first."""
    return values[max(0, bisect_right(values, at, key=lambda pair: pair[0]) - 1)][1]


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
