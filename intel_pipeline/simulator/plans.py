"""What the days of a target bring: who follows, leaves or renames, and what the target does itself."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from intel_pipeline.simulator import names, posts
from intel_pipeline.simulator.events import Hours
from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.people import Population, Resident
from intel_pipeline.simulator.posts import Post

FollowerAct = Literal[
    "follow", "return", "leave", "rename", "hide", "deactivate", "come_back", "end_visit", "take_name"
]
TargetAct = Literal["post", "rename_target", "rewrite_biography", "vanish"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Something that is going to happen, unless it has become impossible by then. `until`: when who leaves is back."""

    at: datetime
    target_id: int
    act: FollowerAct | TargetAct
    resident: Resident | None = None
    text: str | None = None
    post: Post | None = None
    until: datetime | None = None


def of_day(life: Life, rng: random.Random, hours: Hours, population: Population) -> Iterator[Plan]:
    """Yield what `hours` are going to bring, in no order; newcomers are born into `population`."""
    if not life.away_on(hours.day):
        yield from _among_followers(life, rng, hours, population)
    spec = life.spec
    for day, username in spec.renames_on:
        if day == hours.day:
            yield Plan(hours.moment(rng.random()), life.id, "rename_target", text=username)
    for day, biography in spec.biographies_on:
        if day == hours.day:
            yield Plan(hours.moment(rng.random()), life.id, "rewrite_biography", text=biography)
    if spec.vanishes_on == hours.day:
        yield Plan(hours.moment(rng.random()), life.id, "vanish")


def _among_followers(life: Life, rng: random.Random, hours: Hours, population: Population) -> Iterator[Plan]:
    spec = life.spec

    def due(per_day: float) -> range:
        return range(about(rng, per_day * hours.share))

    def moment() -> datetime:
        return hours.moment(rng.random())

    for resident in life.crowd.any_of(rng, len(due(spec.leaves_per_day))):
        yield Plan(moment(), life.id, "leave", resident)
    for resident in life.crowd.any_of(rng, len(due(spec.renames_per_day))):
        yield Plan(moment(), life.id, "rename", resident, population.free_name(rng))
    for _ in due(spec.returns_per_day):
        if life.gone:
            yield Plan(moment(), life.id, "return", names.pick(rng, life.gone))
    for _ in due(spec.follows_per_day):
        at = moment()
        if life.community and rng.random() < spec.shared:
            yield Plan(at, life.id, "follow", names.pick(rng, life.community))
        else:
            yield Plan(at, life.id, "follow", population.born(rng, hours.opens))
    for _ in due(spec.posts_per_day):
        at = moment()
        post = posts.drawn(rng, at, life.called[-1][1], len(life.crowd))
        yield Plan(at, life.id, "post", post=post)


def about(rng: random.Random, expected: float) -> int:
    """Return a count drawn around `expected`, never more than about twice that."""
    trials = 2 * int(expected + 1)
    return sum(rng.random() * trials < expected for _ in range(trials))
