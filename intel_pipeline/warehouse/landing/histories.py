"""Landing whole histories of some targets: everything is gathered, then learned, and then written down once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.histories import History, learn_histories
from intel_pipeline.changes.standing import OPEN_LOSS
from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.gathering import Gathered, gathered
from intel_pipeline.warehouse.landing.keeping import RESTATED, RESTATED_COLUMNS, balance_rows
from intel_pipeline.warehouse.landing.known import Known, named
from intel_pipeline.warehouse.landing.lessons import append_taught
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.lost import BACK, lost_of
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.landing.spans import restate_spans
from intel_pipeline.warehouse.writer import Transaction

# Entries of lists whose differences are held at once, an eighth of each list at most, as a rule: a year of ten targets
# with 20,000 followers.
DIFFERING, HELD = 8, 10_000_000
NAMES = "select target, user_id, username from open_spans semi join asked using (target)"


def land_histories(  # noqa: PLR0913  what is read, and what is changed
    transaction: Transaction,
    lake: Lake,
    due: Mapping[str, Sequence[Capture]],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
) -> None:
    """Land captures of some targets, as `due`, oldest first; what is `known` of each, and its open `losses`, before.

    How the targets stand then is made anew at the end, by the log. A list that cannot be read neither stops nor hides
    the others: `landed` says so.
    """
    shown = transaction.query(NAMES, asked=named(known))
    targets = [target for target in due if target in known]
    longest = max((len(due[target]) for target in targets), default=0)
    waves = ((at, sum(map(held, (due[one][at] for one in targets if at < len(due[one]))))) for at in range(longest))
    for some in parcels(waves, HELD):
        part = {one: due[one][some[0] : some[-1] + 1] for one in targets if one in known and len(due[one]) > some[0]}
        histories, found = learned(transaction, lake, part, known, losses, landed)
        for target, history in histories.items():
            write_down(transaction, target, history, found[target])
            shown = shown_since(shown, target, found[target])
        losses = pl.concat(
            [
                losses.filter(~pl.col("target").is_in(list(histories))),
                *(of_target(target, history.open_now()) for target, history in histories.items()),
            ]
        )
    transaction.run("delete from open_losses where target in (from asked)", asked=named(known))
    transaction.append("open_losses", losses.filter(pl.col("target").is_in(list(known))))
    transaction.lighten()
    restate_spans(transaction, lake, known, shown)


def held(capture: Capture) -> int:
    """Return how many entries are held of a capture, as a rule at most."""
    return (capture.distinct_count or 0) // DIFFERING


def learned(  # noqa: PLR0913  what is read, and what is changed
    transaction: Transaction,
    lake: Lake,
    due: Mapping[str, Sequence[Capture]],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
) -> tuple[dict[str, History], dict[str, Gathered]]:
    """Return what captures of each target teach, and what was gathered of them; `known` is brought up to date."""
    before = {target: known[target] for target in due}
    found = gathered(lake, due, known, landed)
    differing = {target: one.differing() for target, one in found.items()}
    lost = lost_of(transaction, {target: one.arrived for target, one in differing.items()})
    open_before = losses.partition_by("target", include_key=False, as_dict=True)
    histories = {
        target: History(
            captures=found[target].refs,
            differing=differing[target],
            before=before[target].before,
            balance=before[target].balance,
            since=before[target].since,
            losses=open_before.get((target,), pl.DataFrame(schema=OPEN_LOSS)),
            lost=lost[target],
        )
        for target in due
    }
    learn_histories(list(histories.values()))
    for target, history in histories.items():
        if target in known:
            known[target] = replace(known[target], before=history.before, balance=history.balance, since=history.since)
    return histories, found


def write_down(transaction: Transaction, target: str, history: History, found: Gathered) -> None:
    """Write down what a history teaches, but for how its target stands after it."""
    append_taught(transaction, target, history.taught, history.captures)
    rows = [(found.captures[at], history.captures[at], row) for at, row in history.rows.items()]
    transaction.append("follower_balance", balance_rows(rows, history.restated))
    mine = {one.capture_id for one in history.captures.values()}
    earlier = [
        (target, row.capture_id, row.missing, row.away)
        for row in history.restated.values()
        if row.capture_id not in mine
    ]
    if earlier:
        transaction.run(RESTATED, fresh=pl.DataFrame(earlier, schema=RESTATED_COLUMNS, orient="row"))
    for at in sorted(found.sighting):
        transaction.append("sightings", sighted(target, history.captures[at], found.shown[at]))
    back = history.back_now()
    if back.height:
        transaction.run(BACK, gone=of_target(target, back))
    transaction.append("lost", of_target(target, history.gone_now()))
    transaction.lighten()


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


def shown_since(before: pl.DataFrame, target: str, found: Gathered) -> pl.DataFrame:
    """Return whom incomplete captures have shown since the last complete list, by their newest names.

    Columns: `target`, `user_id`, `username`, as in `before`, what was known of that until now.
    """
    complete = max((at for at, one in found.refs.items() if one.complete), default=-1)
    rows = [of_target(target, rows) for at, rows in sorted(found.shown.items()) if at > complete]
    known = before if complete < 0 else before.filter(pl.col("target") != target)
    return pl.concat([known, *rows]).unique(["target", "user_id"], keep="last", maintain_order=True)
