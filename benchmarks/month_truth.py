"""What a month has left, held against what was true in its world."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from intel_pipeline.accuracy.claims import KIND_OF
from intel_pipeline.registry.models import Capture
from intel_pipeline.simulator.driven_world import DRIFT, targets_of
from intel_pipeline.simulator.events import Event
from intel_pipeline.simulator.world import World
from intel_pipeline.warehouse.reading import open_generation

if TYPE_CHECKING:
    from benchmarks.driven import Driven
    from intel_pipeline.defs.running import Instance

CLAIMED = """
select target, kind, user_id, not_before, not_after from follower_changes where state = 'confirmed'
"""


@dataclass(slots=True)
class Found:
    """Figures, and what does not hold."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Seen(NamedTuple):
    """What the world shows of a target at a moment: whether it is there, and whether its lists may be looked at."""

    there: bool
    shown: bool


class Claim(NamedTuple):
    """A change that was published as certain."""

    target: str
    kind: str
    user_id: int
    not_before: datetime
    not_after: datetime


def held_against_the_world(driven: "Driven", first: date, days: int, kills: int) -> Found:
    """Return the figures of a month, and what of them does not hold."""
    registry, found = driven.pipeline.registry, Found()
    captures = [one for part in registry.captures.histories() for one in part]
    rounds = [first + timedelta(days=number) for number in range(days)]
    labels = [target.label for target in registry.targets.all()]
    found.broken += miscounted(captures, labels, driven.pipeline.surfaces, rounds)
    found.broken += [f"{one.target}: its {one.surface} of {one.round} go on" for one in registry.captures.in_progress()]
    found.rows += [
        (f"captures, {verdict}", number) for verdict, number in counted(str(one.verdict) for one in captures)
    ]
    poor = list(poorer(captures, partial(seen, driven.world), plain(driven), rounds[DRIFT] if days > DRIFT else None))
    found.rows.append(("captures that prove less than the world allowed", len(poor)))
    found.broken += poor
    asked, twice = asked_for(driven)
    found.rows += [("requests", registry.ledger.total()), ("pages of lists and posts that were answered", asked)]
    found.rows.append(("of them a second time", twice))
    found.broken += [f"{twice} pages were asked for twice; {kills} kills lose {kills} answers"] if twice > kills else []
    claims = claimed(driven)
    wrong = list(untrue(claims, truth(driven.world)))
    found.rows += [(f"changes, {kind}", number) for kind, number in counted(one.kind for one in claims)]
    found.rows.append(("changes that are untrue", len(wrong)))
    found.broken += [f"untrue: {one.target}, {one.kind} between {one.not_before} and {one.not_after}" for one in wrong]
    ended = counted(run.status.value for run in driven.instance.get_runs())
    found.rows += [(f"runs, {status}", number) for status, number in ended]
    return found


def counted(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return how often each name is there, in the order of names."""
    return sorted(Counter(names).items())


def seen(world: World, label: str, at: datetime) -> Seen:
    """Return what the world shows its one viewer of a target at a moment."""
    profile = world.profile(world.target_id(label), at)
    return Seen(profile is not None, profile is not None and world.may_see(world.viewers()[0], profile))


def plain(driven: "Driven") -> set[str]:
    """Return the targets whose lists and counts mislead in no way."""
    specs = targets_of(driven.watched.targets, driven.watched.followers, faulty=driven.watched.faulty)
    return {
        spec.label
        for spec in specs
        if spec.lists_plainly and not (spec.count_lag or spec.count_wobble or spec.hides_per_day or spec.hidden_share)
    }


def asked_for(driven: "Driven") -> tuple[int, int]:
    """Return how many pages were asked for and answered, and how many of them on a day on which they had been."""
    lines = driven.pipeline.settings.world_file.with_suffix(".requests").read_text(encoding="utf-8").splitlines()
    return len(lines), len(lines) - len({*lines})


def claimed(driven: "Driven") -> list[Claim]:
    """Return the changes that the publication says are certain; `revealed` claims nothing."""
    with open_generation(driven.pipeline.settings.publication) as (connection, _):
        return [Claim(*row) for row in connection.execute(CLAIMED).fetchall() if row[1] in KIND_OF]


def truth(world: World) -> dict[str, list[Event]]:
    """Return everything that has happened to each target."""
    return {
        label: world.truth(user_id, world.start - timedelta(days=1), world.now())
        for label, user_id in world.labels.items()
    }


def miscounted(
    captures: Iterable[Capture], targets: Sequence[str], surfaces: Sequence[str], rounds: Sequence[date]
) -> Iterator[str]:
    """Yield a line for each surface of a target that a round has not exactly one finished capture of."""
    counts = Counter((one.target, one.surface, one.round) for one in captures)
    for day in rounds:
        for target in targets:
            for surface in surfaces:
                if (number := counts[target, surface, day]) != 1:
                    yield f"{target}: {number} captures of its {surface} on {day}"


def poorer(
    captures: Iterable[Capture], seen_at: Callable[[str, datetime], Seen], plainly: set[str], drifted: date | None
) -> Iterator[str]:
    """Yield a line for each capture that proves less than the world allowed, by the target's standing when it ended.

    `plainly`: those whose lists mislead in no way. A list that misleads may prove what it likes, but a change.
    """
    for one in captures:
        at = one.finished_at or one.started_at
        there, shown = seen_at(one.target, at)
        listed = one.surface == "followers"
        allowed = there and (one.surface == "profile" or shown)
        if listed and (one.target not in plainly or one.round == drifted):
            continue
        if allowed and one.verdict != "complete":
            yield f"{one.target}: its {one.surface} of {one.round} is {one.verdict}: {'; '.join(one.reasons)}"
        if not allowed and one.verdict == "complete" and not one.reasons:
            yield f"{one.target}: its {one.surface} of {one.round} is complete though it was not to be seen"


def untrue(claims: Iterable[Claim], events: Mapping[str, Sequence[Event]]) -> Iterator[Claim]:
    """Yield what is claimed and did not happen between the moments that are claimed."""
    happened: dict[tuple[str, str, int], list[datetime]] = defaultdict(list)
    for target, of_target in events.items():
        for event in of_target:
            happened[target, event.kind, event.user_id].append(event.at)
    for claim in claims:
        moments = happened[claim.target, KIND_OF[claim.kind], claim.user_id]
        if not any(claim.not_before < at <= claim.not_after for at in moments):
            yield claim


def unended(instance: "Instance") -> list[str]:
    """Return a line for each run that has not ended."""
    return [f"the run {run.run_id} is {run.status.value}" for run in instance.get_runs() if not run.is_finished]


def held_places(instance: "Instance") -> list[str]:
    """Return a line for each place in a pool that somebody holds."""
    storage = instance.event_log_storage
    infos = [storage.get_concurrency_info(pool) for pool in sorted(storage.get_concurrency_keys())]
    return [
        f"the pool {one.concurrency_key} has {one.active_slot_count} places taken"
        for one in infos
        if one.active_slot_count or one.pending_step_count
    ]
