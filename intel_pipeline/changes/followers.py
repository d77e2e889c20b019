"""Who followed, who was revealed, who left, who came back and who renamed: what captures teach."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from intel_pipeline.changes.cases import KEY, numbered
from intel_pipeline.changes.comparison import Compared, Listed, compared, listing
from intel_pipeline.changes.events import event, told
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.changes.losses import begun_at, judged
from intel_pipeline.changes.newcomers import newcomers
from intel_pipeline.changes.rows import entered
from intel_pipeline.changes.standing import LOST, OPEN_LOSS, Case, Row, Since, Standing, brought_up_to_date
from intel_pipeline.contracts.change import FOLLOWER_CHANGE

# Given `case` and `user_id` of some, whether any of them is among those who have left: `case` and LOST of these.
Lost = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What captures taught, each by its `case`.

    `changes`: FOLLOWER_CHANGE, sorted by case, kind and state. `open`: OPEN_LOSS, the losses that are suspected
    now. `arrived`, `missing`, `altered`: as in Compared. `confirmed`: LOST, of whom that is certain now. `again`: `user_id` of those who had left and are back. `shown`:
    `user_id` and `username` of those whom an incomplete capture shows and the list before it does not, or not by that
    name. `balances`, `since`: as in Standing. `rows`: what each capture alone enters into the balance; for an
    incomplete one only what `Since` sums up counts.
    """

    changes: pl.DataFrame
    open: pl.DataFrame
    arrived: pl.DataFrame
    missing: pl.DataFrame
    altered: pl.DataFrame
    confirmed: pl.DataFrame
    again: pl.DataFrame
    shown: pl.DataFrame
    balances: Sequence[tuple[Row, ...]]
    since: Sequence[Since]
    rows: Sequence[Row]


def learn_all(cases: Sequence[Case], found: Compared, losses: pl.DataFrame, lost: Lost) -> Lessons:
    """Return what the captures of all `cases`, each of another target, teach.

    `found`: what differs between the members known before and those listed now. `losses`: `case` and OPEN_LOSS,
    suspected before. Presence is proven by any capture,
    absence only by a complete one. Members of the first complete capture are no events, but whoever was shown before
    it and is missing from it is suspected to have left.
    """
    new = newcomers(cases, found, losses, lost(found.arrived.select(KEY)))
    complete = {number for number, case in enumerate(cases) if case.capture.complete}
    taught_whole = pl.col("case").is_in(list(complete))
    away = losses.join(new.back, on=KEY, how="anti", maintain_order="left")
    begun = begun_at(found.missing.filter(taught_whole), cases)
    balances = {number: entered(new.balances[number], new.rows[number], cases[number].since) for number in complete}
    verdict = judged(pl.concat([away.filter(taught_whole), begun]).sort("case", maintain_order=True), balances)
    parts = [
        event(found.renamed, "renamed", "confirmed"),
        *new.events,
        event(verdict.confirmed, "left", "confirmed"),
        event(verdict.suspected, "left", "suspected"),
    ]
    still = pl.concat([away.filter(~taught_whole), verdict.open])
    shown = pl.concat([part.select(*KEY, "username") for part in (found.arrived, found.renamed)])
    numbers = range(len(cases))
    return Lessons(
        changes=told(parts, cases),
        open=still.select("case", *OPEN_LOSS.names()),
        arrived=found.arrived,
        missing=found.missing,
        altered=found.altered,
        confirmed=verdict.confirmed.select("case", *LOST.names()),
        again=new.again.select(KEY),
        shown=shown.filter(~taught_whole),
        balances=[
            (*balances[number][:-1], verdict.rows[number]) if number in complete else new.balances[number]
            for number in numbers
        ],
        since=[Since() if number in complete else cases[number].since.plus(new.rows[number]) for number in numbers],
        rows=[
            verdict.rows[number]._replace(**asdict(Since().plus(new.rows[number])))
            if number in complete
            else new.rows[number]
            for number in numbers
        ],
    )


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a capture taught: rows of FOLLOWER_CHANGE sorted by kind and state, and what is known after it.

    `row`: what it alone enters into the balance, as in Lessons.
    """

    changes: pl.DataFrame
    standing: Standing
    row: Row


def learn(standing: Standing, capture: CaptureRef, listed: Listed) -> Lesson:
    """Return what one `capture` teaches to somebody who knows `standing`, as `learn_all`."""
    case = Case(capture, standing.before, standing.balance, standing.since)
    differing = compared([(standing.members, listed)])
    found = learn_all([case], differing, numbered(standing.losses), lambda _: numbered(standing.lost))
    lost = pl.concat(
        [standing.lost.join(found.again, on="user_id", how="anti", maintain_order="left"), found.confirmed.drop("case")]
    )
    after = Standing(
        members=listing(listed.lazy())
        if capture.complete
        else brought_up_to_date(standing.members, found.shown.drop("case")),
        before=capture if capture.complete else case.earlier,
        losses=found.open.drop("case"),
        lost=lost,
        balance=found.balances[0],
        since=found.since[0],
    )
    return Lesson(found.changes.select(FOLLOWER_CHANGE.names()), after, found.rows[0])
