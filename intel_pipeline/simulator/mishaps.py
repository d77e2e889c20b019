"""What the days of a target bring that its follower list shows late, oddly or not at all."""

import random
from collections.abc import Callable, Iterator

from intel_pipeline.simulator.events import Hours
from intel_pipeline.simulator.life import Life
from intel_pipeline.simulator.people import Population
from intel_pipeline.simulator.plans import Plan, about

NEVER_BACK = 1 / 3
NewGenerator = Callable[[str], random.Random]


def of_day(life: Life, generator: NewGenerator, hours: Hours, population: Population) -> Iterator[Plan]:
    """Yield what `hours` are going to bring, in no order.

    Each kind draws from a `generator` of its own name, so that asking for one of them changes nothing about the others.
    """
    if life.away_on(hours.day):
        return
    spec = life.spec
    if spec.hides_per_day:
        yield from _hides(life, generator("hides"), hours)
    if spec.deactivates_per_day:
        yield from _deactivations(life, generator("deactivates"), hours)
    if spec.visits_per_day:
        yield from _visits(life, generator("visits"), hours, population)
    if spec.name_passings_per_day:
        yield from _name_passings(life, generator("name passings"), hours, population)


def _hides(life: Life, rng: random.Random, hours: Hours) -> Iterator[Plan]:
    for resident in life.crowd.any_of(rng, about(rng, life.spec.hides_per_day * hours.share)):
        if resident.id not in life.hidden:
            yield Plan(hours.moment(rng.random()), life.id, "hide", resident)


def _deactivations(life: Life, rng: random.Random, hours: Hours) -> Iterator[Plan]:
    for resident in life.crowd.any_of(rng, about(rng, life.spec.deactivates_per_day * hours.share)):
        days = max(1, round(rng.expovariate(1.0) * life.spec.away_days))  # never back before the next daily look
        back = hours.later(days).moment(rng.random())
        until = None if rng.random() < NEVER_BACK else back
        yield Plan(hours.moment(rng.random()), life.id, "deactivate", resident, until=until)


def _visits(life: Life, rng: random.Random, hours: Hours, population: Population) -> Iterator[Plan]:
    for _ in range(about(rng, life.spec.visits_per_day * hours.share)):
        visitor = population.born(rng, hours.opens)
        comes, goes = sorted((rng.random(), rng.random()))
        yield Plan(hours.moment(comes), life.id, "follow", visitor)
        yield Plan(hours.moment(goes), life.id, "end_visit", visitor)


def _name_passings(life: Life, rng: random.Random, hours: Hours, population: Population) -> Iterator[Plan]:
    due = about(rng, life.spec.name_passings_per_day * hours.share)
    drawn = life.crowd.any_of(rng, 2 * due)
    for giver, heir in zip(drawn[::2], drawn[1::2], strict=False):
        taker = heir if rng.random() < 0.5 else population.born(rng, hours.opens)  # noqa: PLR2004  half of them
        given, taken = sorted((rng.random(), rng.random()))
        yield Plan(hours.moment(given), life.id, "rename", giver, population.free_name(rng))
        yield Plan(hours.moment(taken), life.id, "take_name", taker, giver.called[-1][1])
