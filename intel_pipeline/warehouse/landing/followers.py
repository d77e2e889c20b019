"""Followers: who they are now, and everything learned about their comings and goings, many targets at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

import polars as pl

from intel_pipeline.changes.comparison import Lists
from intel_pipeline.changes.followers import Lessons, learn_all
from intel_pipeline.changes.standing import OPEN_LOSS, Case, brought_up_to_date
from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.keeping import Wave, keep, lost_among, places_of
from intel_pipeline.warehouse.landing.known import Known, known_of, open_losses
from intel_pipeline.warehouse.landing.lists import Lake, list_at
from intel_pipeline.warehouse.landing.outstanding import Due, outstanding
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, ref, told_of
from intel_pipeline.warehouse.landing.rewinding import rewind
from intel_pipeline.warehouse.landing.spans import pack_spans
from intel_pipeline.warehouse.writer import Transaction

# Rows of the lists that are compared at once; at least one target, however long its list. A million took 800 MB, and was
# not faster for each target: what is shared is shared by a dozen already.
ROWS_AT_ONCE = 250_000
TALLY = """
select kind, state, count(*) from follower_change_log
where learned_at >= $1 and learned_at <= $2 and capture_id in (from asked) group by all
"""


def land_followers(transaction: Transaction, lake: Lake, captures: Sequence[Capture]) -> Landed:
    """Derive and land what these follower captures teach; counts the rows of `captures` by kind and state.

    What a capture teaches depends on those before it. So whichever of a target were never landed, have another verdict
    by now or were derived by other rules are landed with them, and so is whatever follows these: the result is the same
    in whatever order captures come in. What is landed already is left alone.
    """
    landed = Landed()
    land_captures(transaction, captures)
    due = outstanding(transaction, lake.registry, captures)
    for group in grouped(due):
        land_group(transaction, lake, group, landed)
    pack_spans(transaction)
    count(transaction, captures, landed)
    return landed


def grouped(due: Mapping[str, Due]) -> Iterator[dict[str, Due]]:
    """Yield the targets in groups whose lists are compared at once."""
    group: dict[str, Due] = {}
    rows = 0
    for target, of_target in due.items():
        longest = max((capture.distinct_count or 0 for capture in of_target.captures), default=0)
        if group and rows + longest > ROWS_AT_ONCE:
            yield group
            group, rows = {}, 0
        group[target] = of_target
        rows += longest
    if group:
        yield group


def land_group(transaction: Transaction, lake: Lake, group: Mapping[str, Due], landed: Landed) -> None:
    """Land what is due of a group of targets: in waves, of each target one capture after the other."""
    for target, due in group.items():
        if due.rewinds:
            rewind(transaction, lake, target, due.captures[0])
    known = known_of(transaction, lake, group)
    for target, error in known.items():
        if isinstance(error, DamagedFileError):
            landed.unreadable.append(told_of(target, error))
    usable = {target: one for target, one in known.items() if isinstance(one, Known)}
    losses = open_losses(transaction, usable)
    for wave in zip_longest(*(group[target].captures for target in usable)):
        captures = [capture for capture in wave if capture is not None]
        losses = land_wave(transaction, lake, captures, usable, losses, landed)


def land_wave(  # noqa: PLR0913  what it reads and what it changes
    transaction: Transaction,
    lake: Lake,
    captures: Sequence[Capture],
    known: dict[str, Known],
    losses: pl.DataFrame,
    landed: Landed,
) -> pl.DataFrame:
    """Land one capture of each of some targets; return the losses that are suspected now.

    `known` is brought up to date. A list that cannot be read teaches nothing, and neither stops nor hides the others.
    """
    listed = readable(lake, captures, landed)
    if not listed:
        return losses
    kept = [capture for capture in captures if capture.capture_id in listed]
    before = [known[capture.target] for capture in kept]
    cases = [Case(ref(capture), one.before, one.balance, one.since) for capture, one in zip(kept, before, strict=True)]
    lists = [(one.members, listed[capture.capture_id]) for capture, one in zip(kept, before, strict=True)]
    targets = [capture.target for capture in kept]
    places = places_of(targets)
    own = losses.join(places, on="target", maintain_order="left").select("case", *OPEN_LOSS.names())
    more = ATTRIBUTES[1:]
    try:
        lessons = learn_all(cases, lists, own, lambda newcomers: lost_among(transaction, newcomers, targets), more)
    except ValueError:
        # Only a long list is found unsorted as late as this; which one it was is looked up, and left out.
        sound = [capture for capture in kept if sorted_well(lake, capture, landed)]
        if len(sound) == len(kept):
            raise
        return land_wave(transaction, lake, sound, known, losses, landed)
    wave = Wave(kept, cases, lessons, [one.whole for one in before])
    land_captures(transaction, kept)
    keep(transaction, lake, wave)
    for number, capture in enumerate(kept):
        known[capture.target] = taught(known[capture.target], cases[number], lists[number], lessons, number)
    others = losses.join(places, on="target", how="anti", maintain_order="left")
    now = lessons.open.join(places, on="case", maintain_order="left").select(losses.columns)
    return pl.concat([others, now])


def readable(lake: Lake, captures: Sequence[Capture], landed: Landed) -> dict[str, pl.LazyFrame]:
    """Return the lists of the captures that can be read, by their ids; of the others, say why."""
    found = {}
    for capture in captures:
        try:
            found[capture.capture_id] = list_at(lake.folder, str(capture.snapshot), capture.distinct_count or 0)
        except DamagedFileError as error:
            landed.unreadable.append(told_of(capture.target, error))
    return found


def sorted_well(lake: Lake, capture: Capture, landed: Landed) -> bool:
    """Tell whether a capture's list is as its file says; say so where it is not."""
    try:
        snapshot_file.read(lake.folder, str(capture.snapshot), ["user_id"])
    except DamagedFileError as error:
        landed.unreadable.append(told_of(capture.target, error))
        return False
    return True


def taught(known: Known, case: Case, lists: Lists, lessons: Lessons, number: int) -> Known:
    """Return what is known of a target after a capture."""
    balance, since = lessons.balances[number], lessons.since[number]
    if case.capture.complete:
        return Known(lists[1], case.capture, balance, since, whole=True)
    shown = lessons.shown.filter(pl.col("case") == number).drop("case")
    members = brought_up_to_date(known.members, shown)
    return replace(
        known,
        members=members,
        before=case.earlier,
        balance=balance,
        since=since,
        whole=known.whole and shown.is_empty(),
    )


def count(transaction: Transaction, captures: Sequence[Capture], landed: Landed) -> None:
    """Count what the captures have taught, by kind and state."""
    moments = [capture.finished_at for capture in captures if capture.finished_at is not None]
    if not moments:
        return
    asked = pl.DataFrame({"capture_id": [capture.capture_id for capture in captures]})
    for kind, state, number in transaction.rows(TALLY, min(moments), max(moments), asked=asked):
        landed.numbers[f"{kind} {state}"] += number
