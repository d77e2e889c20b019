"""Followers: who they are now, and everything learned about their comings and goings, many targets at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

import polars as pl

from intel_pipeline.changes.comparison import Listed
from intel_pipeline.changes.followers import Lessons, learn_all
from intel_pipeline.changes.standing import OPEN_LOSS, Case
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.parcels import parcels
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.comparing import comparing
from intel_pipeline.warehouse.landing.gathering import after_incomplete
from intel_pipeline.warehouse.landing.histories import land_histories
from intel_pipeline.warehouse.landing.keeping import Notes, Wave, places_of
from intel_pipeline.warehouse.landing.known import Known, known_of, named, open_losses
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.lost import keep_lost, lost_among
from intel_pipeline.warehouse.landing.outstanding import Due, outstanding
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, ref, told_of
from intel_pipeline.warehouse.landing.rewinding import rewind
from intel_pipeline.warehouse.landing.spans import pack_spans
from intel_pipeline.warehouse.writer import Transaction

# So many captures of a target are landed step by step. With more, they are a history, after which it is made anew from the
# log how the target stands.
STEPS = 8
# Rows that are held of the targets that are landed together, and rows that are noted before they are written down: each
# statement goes through tables of all that there are.
AT_ONCE, NOTED = 600_000, 300_000
# Rows of the first lists of those whose histories are landed together.
FIRST = 250_000
# Held of a target is its first list, and of one that has been listed before what differs: as a rule less than this part.
DIFFERING = 8
BASED = "select distinct target from follower_balance semi join asked using (target) where verdict = 'complete'"
LEARNED = "select capture_id from follower_balance semi join asked using (capture_id)"
TALLY = """
select kind, state, sum(followers)::bigint from lessons semi join asked using (target, capture_id)
where learned_at >= $1 and learned_at <= $2 group by all
"""


def land_followers(transaction: Transaction, lake: Lake, captures: Sequence[Captured]) -> Landed:
    """Derive and land what these follower captures teach; counts the rows of `captures` by kind and state.

    What a capture teaches depends on those before it. So whichever of a target were never landed, have another verdict
    by now or were derived by other rules are landed with them, and so is whatever follows these: the result is the same
    in whatever order captures come in. What is landed already is left alone.
    """
    landed, notes = Landed(), Notes()
    land_captures(transaction, captures)
    due = outstanding(transaction, lake.registry, captures)
    short = {target for target, one in due.items() if len(one.captures) <= STEPS}
    based = {target for (target,) in transaction.rows(BASED, asked=named(short))}
    sizes = ((one, rows_of(due[one], differing=one in based)) for one in due if one in short)
    for group in parcels(sizes, AT_ONCE):
        land_group(transaction, lake, {target: due[target] for target in group}, landed, notes)
    notes.write(transaction, lake)
    sizes = ((one, rows_of(due[one], differing=False)) for one in due if one not in short)
    for group in parcels(sizes, FIRST):
        of_group = {target: due[target] for target in group}
        usable = usable_of(transaction, lake, of_group, landed)
        histories = {target: of_group[target].captures for target in usable}
        land_histories(transaction, lake, histories, usable, landed)
    land_others(transaction, due, captures)
    pack_spans(transaction)
    count(transaction, captures, landed)
    return landed


def land_others(transaction: Transaction, due: Mapping[str, Due], captures: Sequence[Captured]) -> None:
    """Land the rows of those captures that were due besides `captures`, as far as their lists could be read.

    As the registry has them now: those that were asked for may have been judged otherwise since they were looked up.
    """
    asked = {id(one) for one in captures}
    others = [one for of_target in due.values() for one in of_target.captures if id(one) not in asked]
    if others:
        ids = pl.DataFrame({"capture_id": [one.capture_id for one in others]})
        learned = {capture_id for (capture_id,) in transaction.rows(LEARNED, asked=ids)}
        land_captures(transaction, [one for one in others if one.capture_id in learned])


def rows_of(due: Due, *, differing: bool) -> int:
    """Return how many rows are held of a target, at most: of its longest list, or of what is `differing` only."""
    longest = max((capture.distinct_count or 0 for capture in due.captures), default=0)
    return longest // DIFFERING if differing else longest


def land_group(transaction: Transaction, lake: Lake, group: Mapping[str, Due], landed: Landed, notes: Notes) -> None:
    """Land the few captures that are due of each of a group of targets: in waves, of each target one after the other."""
    usable = usable_of(transaction, lake, group, landed)
    losses = open_losses(transaction, usable)
    waves = [[one for one in wave if one] for wave in zip_longest(*(group[target].captures for target in usable))]
    for number, captures in enumerate(waves):
        if number or notes.rows > NOTED:
            notes.take_losses(list(usable), losses)
            notes.write(transaction, lake)
        wave, losses = land_wave(transaction, lake, captures, usable, losses, landed)
        if wave is not None:
            keep_lost(transaction, wave)
            notes.take(wave)
            notes.take_standing(wave)
    notes.take_losses(list(usable), losses)


def usable_of(transaction: Transaction, lake: Lake, group: Mapping[str, Due], landed: Landed) -> dict[str, Known]:
    """Return what is known of each target before what is due; of those whose last list cannot be read, say why."""
    for target, due in group.items():
        if due.rewinds:
            rewind(transaction, lake, target, due.captures[0])
    usable = {}
    for target, known in known_of(transaction, lake, group).items():
        if isinstance(known, DamagedFileError):
            landed.unreadable.append(told_of(target, known))
        else:
            usable[target] = known
    return usable


def land_wave(  # noqa: PLR0913  what it reads and what it changes
    transaction: Transaction,
    lake: Lake,
    captures: Sequence[Captured],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
) -> tuple[Wave | None, pl.DataFrame]:
    """Return what one capture of each of some targets teaches, if any can be read, and the losses suspected then.

    `known` is brought up to date. A list that cannot be read teaches nothing, and neither stops nor hides the others.
    """
    comparison = comparing(lake, captures, known, landed)
    kept = comparison.captures
    if not kept:
        return None, losses
    before = [known[capture.target] for capture in kept]
    cases = [Case(ref(capture), one.before, one.balance, one.since) for capture, one in zip(kept, before, strict=True)]
    targets = [capture.target for capture in kept]
    places = places_of(targets)
    own = losses.join(places, on="target", maintain_order="left").select("case", *OPEN_LOSS.names())
    lessons = learn_all(cases, comparison.found, own, lambda newcomers: lost_among(transaction, newcomers, targets))
    wave = Wave(kept, cases, lessons, [one.whole for one in before])
    for number, capture in enumerate(kept):
        members = comparison.members.get(capture.capture_id)
        known[capture.target] = taught(known[capture.target], cases[number], members, lessons, number)
    others = losses.join(places, on="target", how="anti", maintain_order="left")
    now = lessons.open.join(places, on="case", maintain_order="left").select(losses.columns)
    return wave, pl.concat([others, now])


def taught(known: Known, case: Case, members: Listed | None, lessons: Lessons, number: int) -> Known:
    """Return what is known of a target after a capture; `members`: those before an incomplete one."""
    balance, since = lessons.balances[number], lessons.since[number]
    if case.capture.complete:
        return Known(None, case.capture, balance, since, whole=True)
    shown = lessons.shown.filter(pl.col("case") == number).drop("case")
    return replace(after_incomplete(known, case.capture, members, shown), balance=balance, since=since)


def count(transaction: Transaction, captures: Sequence[Captured], landed: Landed) -> None:
    """Count what the captures have taught, by kind and state."""
    moments = [capture.finished_at for capture in captures if capture.finished_at is not None]
    if not moments:
        return
    asked = pl.DataFrame(
        {"target": [one.target for one in captures], "capture_id": [one.capture_id for one in captures]}
    )
    for kind, state, number in transaction.rows(TALLY, min(moments), max(moments), asked=asked):
        landed.numbers[f"{kind} {state}"] += number
