"""What whole histories of some targets teach, as rows of tables: everything is gathered, then learned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.histories import History, learn_histories
from intel_pipeline.changes.spans import spans_of
from intel_pipeline.changes.standing import OPEN_LOSS, nothing_known
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.gathering import Gathered, gathered
from intel_pipeline.warehouse.landing.keeping import RESTATED_COLUMNS, balance_rows
from intel_pipeline.warehouse.landing.known import Known
from intel_pipeline.warehouse.landing.lessons import lessons_of
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.landing.spans import ENDED_LIE, MEMBERS_LIE, NOBODY

# Entries of lists whose differences are held at once, an eighth of each list at most, as a rule: a year of ten targets
# with 20,000 followers.
DIFFERING, HELD = 8, 10_000_000
# Given newcomers by target, with `user_id`: LOST of those of them who had left.
Lost = Callable[[Mapping[str, pl.DataFrame]], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a part of a target's history taught, as rows of tables.

    `fresh`: by the name of the table that they are added to. `restated`: rows of RESTATED_COLUMNS. `back`: LOST of those
    who had left before and have come back. `losses`: `target` and OPEN_LOSS, those that are suspected now. `shown`:
    `target`, `user_id` and `username` of those whom incomplete captures have shown since the last complete one of this
    part; `listed`: there is one. `usable`: the list that the next one is held against can be read.
    `whole`: the history, where this is all of it. `spans`: those of all followers are among what is fresh.
    """

    target: str
    fresh: Mapping[str, pl.DataFrame]
    restated: pl.DataFrame
    back: pl.DataFrame
    losses: pl.DataFrame
    shown: pl.DataFrame
    listed: bool
    usable: bool = True
    whole: History | None = None
    spans: bool = False


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
        if part.whole is None:
            staying = had_left[part.target].join(part.back, on="user_id", how="anti")
            had_left[part.target] = pl.concat([staying, part.fresh["lost"].drop("target")])
        yield with_spans(lake, part, due[part.target])


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
            open_now.append(of_target(target, history.open_now()))
            part_of = told(target, history, found, open_now[-1])
            usable, whole = target in known, len(part[target]) == len(due[target])
            yield replace(part_of, usable=usable, whole=history if whole else None)
        losses = pl.concat([losses.filter(~pl.col("target").is_in(list(part))), *open_now])


def with_spans(lake: Lake, part: Learned, captures: Sequence[Captured]) -> Learned:
    """Return what a history taught of which nothing was known before, with the spans of all followers, if it is `whole`.

    Without them where the last complete list cannot be read: whoever makes them from the log will say so.
    """
    history = part.whole
    complete = [] if history is None else [at for at, one in history.captures.items() if one.complete]
    if history is None or not complete or not part.usable:
        return replace(part, whole=None)
    try:
        listed = snapshot_file.read(lake.folder, str(captures[max(complete)].snapshot), ["user_id", *ATTRIBUTES])
    except DamagedFileError:
        return replace(part, whole=None)
    sightings = part.fresh.get("sightings", pl.DataFrame(schema={"user_id": pl.Int64(), "seen_at": MOMENT}))
    lost = part.fresh["lost"]
    found = spans_of(history.taught, history.captures, listed, part.losses, lost, part.shown, sightings)
    tables = {
        "members": found.members.sort(MEMBERS_LIE),
        "unlisted_spans": found.unlisted,
        "closed_spans": found.closed.sort(ENDED_LIE),
    }
    packed = {"members": True, "closed_spans": True}
    rows = {
        name: of_target(part.target, rows).with_columns(**({"packed": pl.lit(value=True)} if name in packed else {}))
        for name, rows in tables.items()
    }
    return replace(part, fresh={**part.fresh, **rows}, whole=None, spans=True)


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


def told(target: str, history: History, found: Gathered, losses: pl.DataFrame) -> Learned:
    """Return what a history teaches; `losses`: those that are suspected now."""
    rows = [(found.captures[at], history.captures[at], row) for at, row in history.rows.items()]
    mine = {one.capture_id for one in history.captures.values()}
    others = [row for row in history.restated.values() if row.capture_id not in mine]
    sightings = [sighted(target, history.captures[at], found.shown[at]) for at in sorted(found.sighting)]
    complete = max((at for at, one in found.refs.items() if one.complete), default=-1)
    shown = [of_target(target, rows) for at, rows in sorted(found.shown.items()) if at > complete]
    return Learned(
        target,
        fresh={
            **lessons_of(target, history.taught, history.captures),
            "follower_balance": balance_rows(rows, history.restated),
            "lost": of_target(target, history.gone_now()),
            **({"sightings": pl.concat(sightings)} if sightings else {}),
        },
        restated=pl.DataFrame(
            [(target, row.capture_id, row.missing, row.away) for row in others], schema=RESTATED_COLUMNS, orient="row"
        ),
        back=history.back_now(),
        losses=losses,
        shown=pl.concat([NOBODY, *shown]).unique("user_id", keep="last", maintain_order=True),
        listed=complete >= 0,
    )


def sighted(target: str, capture: CaptureRef, shown: pl.DataFrame) -> pl.DataFrame:
    """Return whom a capture before the first complete one shows, as rows of `sightings`."""
    return shown.select(
        pl.lit(target).alias("target"),
        "user_id",
        "username",
        pl.lit(capture.finished_at, MOMENT).alias("seen_at"),
        pl.lit(capture.capture_id).alias("capture_id"),
    )


def of_target(target: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their `target`."""
    return rows.select(pl.lit(target).alias("target"), pl.all())
