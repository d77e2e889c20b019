"""What whole histories of some targets teach: everything is gathered, then learned."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.histories import History, learn_histories
from intel_pipeline.changes.standing import OPEN_LOSS, nothing_known
from intel_pipeline.changes.taught import Taught
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.gathering import Gathered, gathered
from intel_pipeline.warehouse.landing.keeping import RESTATED_COLUMNS, balance_rows
from intel_pipeline.warehouse.landing.known import Known
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed

# Entries of lists whose differences are held at once, an eighth of each list at most, as a rule: a year of ten targets
# with 20,000 followers.
DIFFERING, HELD = 8, 10_000_000
# Given newcomers by target, with `user_id`: LOST of those of them who had left.
Lost = Callable[[Mapping[str, pl.DataFrame]], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a part of a target's history taught, before it is told as rows of tables.

    `captures`: by their place in that part. `balance`: the row of `follower_balance` of each; `restated`: RESTATED_COLUMNS,
    of earlier captures of which something else is known now. `lost`: LOST of those who have left, `back`: of those who had left
    before and have come back. `losses`: OPEN_LOSS, those that are suspected now. `shown`: by the place of each incomplete
    capture `user_id` and `username` of those whom it shows; `sighting`: which of these came before any complete one.
    `last`: the place of the last complete capture, if there is one, and `listed`: its snapshot. `usable`: the list that the
    next one is held against can be read. `whole`: this is all of the history.
    """

    target: str
    captures: Mapping[int, CaptureRef]
    balance: pl.DataFrame
    restated: pl.DataFrame
    taught: Sequence[Taught]
    lost: pl.DataFrame
    back: pl.DataFrame
    losses: pl.DataFrame
    shown: Mapping[int, pl.DataFrame]
    sighting: Collection[int]
    last: int | None
    listed: str | None
    usable: bool
    whole: bool


def learning_anew(lake: Lake, due: Mapping[str, Sequence[Captured]], landed: Landed) -> Iterator[Learned]:
    """Yield what the whole histories of some targets teach, of which nothing is known before; as `learning`."""
    nothing = nothing_known()
    known = {
        target: Known(nothing.members, nothing.before, nothing.balance, nothing.since, whole=False) for target in due
    }
    had_left = dict.fromkeys(due, nothing.lost)

    def lost(newcomers: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
        return {
            target: had_left[target].join(rows, on="user_id", how="semi").sort("user_id")
            for target, rows in newcomers.items()
        }

    for part in learning(lake, due, known, of_target("", nothing.losses), landed, lost):
        if not part.whole:
            staying = had_left[part.target].join(part.back, on="user_id", how="anti")
            had_left[part.target] = pl.concat([staying, part.lost])
        yield part


def learning(  # noqa: PLR0913  what is read, and what is changed
    lake: Lake,
    due: Mapping[str, Sequence[Captured]],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
    lost: Lost,
) -> Iterator[Learned]:
    """Yield what captures of some targets teach, as `due`, oldest first: of each target one part after the other.

    What is `known` of each, which is brought up to date, and its open `losses` before. `lost`: given newcomers by
    target, LOST of those of them who had left before.
    """
    targets = [target for target in due if target in known]
    longest = max((len(due[target]) for target in targets), default=0)
    waves = ((at, sum(map(held, (due[one][at] for one in targets if at < len(due[one]))))) for at in range(longest))
    for some in parcels(waves, HELD):
        part = {one: due[one][some[0] : some[-1] + 1] for one in targets if one in known and len(due[one]) > some[0]}
        open_now = []
        for target, history, found in learned(lake, part, known, losses, landed, lost):
            usable, whole = target in known, len(part[target]) == len(due[target])
            one = taken(target, history, found, usable=usable, whole=whole)
            del history, found
            open_now.append(of_target(target, one.losses))
            yield one
        losses = pl.concat([losses.filter(~pl.col("target").is_in(list(part))), *open_now])


def held(capture: Captured) -> int:
    """Return how many entries are held of a capture, as a rule at most."""
    return (capture.distinct_count or 0) // DIFFERING


def learned(  # noqa: PLR0913  what is read, and what is changed
    lake: Lake,
    due: Mapping[str, Sequence[Captured]],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
    lost: Lost,
) -> Iterator[tuple[str, History, Gathered]]:
    """Yield each target's history, learned from, and what was gathered of it; `known` is brought up to date."""
    before = {target: known[target] for target in due}
    found = gathered(lake, due, known, landed)
    differing = {target: one.differing() for target, one in found.items()}
    had_left = lost({target: one.arrived for target, one in differing.items()})
    open_before = losses.partition_by("target", include_key=False, as_dict=True)
    histories = {
        target: History(
            captures=found[target].refs,
            differing=differing.pop(target),
            before=before[target].before,
            balance=before[target].balance,
            since=before[target].since,
            losses=open_before.get((target,), pl.DataFrame(schema=OPEN_LOSS)),
            lost=had_left[target],
        )
        for target in due
    }
    learn_histories(list(histories.values()))
    # Let go of one by one: they are much to be held.
    for target in due:
        history = histories.pop(target)
        if target in known:
            known[target] = replace(known[target], before=history.before, balance=history.balance, since=history.since)
        yield target, history, found.pop(target)


def taken(target: str, history: History, found: Gathered, *, usable: bool, whole: bool) -> Learned:
    """Return what a history taught, but for all that it was learned from."""
    complete = [at for at, one in found.refs.items() if one.complete]
    last = max(complete, default=None)
    rows = [(found.captures[at], history.captures[at], row) for at, row in history.rows.items()]
    mine = {one.capture_id for one in history.captures.values()}
    others = [row for row in history.restated.values() if row.capture_id not in mine]
    return Learned(
        target,
        captures=history.captures,
        balance=balance_rows(rows, history.restated),
        restated=pl.DataFrame(
            [(target, row.capture_id, row.missing, row.away) for row in others], schema=RESTATED_COLUMNS, orient="row"
        ),
        taught=history.taught,
        lost=history.gone_now(),
        back=history.back_now(),
        losses=history.open_now(),
        shown=found.shown,
        sighting=found.sighting,
        last=last,
        listed=None if last is None else str(found.captures[last].snapshot),
        usable=usable,
        whole=whole,
    )


def of_target(target: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their `target`."""
    return rows.select(pl.lit(target).alias("target"), pl.all())
