"""Landing whole histories of some targets: what they teach is written down once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.keeping import RESTATED
from intel_pipeline.warehouse.landing.known import Known, named, open_losses
from intel_pipeline.warehouse.landing.learning import learning, of_target
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.lost import BACK, lost_of
from intel_pipeline.warehouse.landing.registers import Landed
from intel_pipeline.warehouse.landing.remainders import Remainders
from intel_pipeline.warehouse.landing.spans import NOBODY, restate_spans
from intel_pipeline.warehouse.landing.telling import Told, told
from intel_pipeline.warehouse.writer import Transaction

NAMES = "select target, user_id, username from open_spans semi join asked using (target)"


def land_histories(
    transaction: Transaction, lake: Lake, due: Mapping[str, Sequence[Captured]], known: dict[str, Known], landed: Landed
) -> None:
    """Land captures of some targets, as `due`, oldest first; what is `known` of each before.

    How the targets stand then is made anew at the end, by the log. A list that cannot be read neither stops nor hides
    the others: `landed` says so.
    """
    shown = transaction.query(NAMES, asked=named(known))
    losses = open_losses(transaction, known)
    parts = learning(lake, due, known, losses, landed, partial(lost_of, transaction))
    write_all(transaction, lake, map(told, parts), losses, shown)


def write_all(  # noqa: PLR0913  what is written, what was there before, and how
    transaction: Transaction,
    lake: Lake,
    parts: Iterable[Told],
    losses: pl.DataFrame | None = None,
    shown: pl.DataFrame = NOBODY,
    rest: Remainders | None = None,
) -> None:
    """Write down what parts of histories teach, and how their targets stand then.

    `losses`: those that were suspected before; without, there is nothing about these targets yet. `shown`: as in
    `restate_spans`, before. `rest`: what is added to tables may wait there, once nothing here asks for it any more.
    """
    newest: dict[str, Told] = {}
    for part in parts:
        write(transaction, part, rest)
        newest[part.target] = replace(part, fresh=())
        before = shown.filter(pl.col("target") != part.target) if part.listed else shown
        shown = pl.concat([before, part.shown]).unique(["target", "user_id"], keep="last", maintain_order=True)
        # What is landed by now would be held until the next part is told.
        del part
        transaction.lighten()
    if not newest:
        return
    if losses is not None:
        transaction.run("delete from open_losses where target in (from asked)", asked=named(newest))
    transaction.append("open_losses", pl.concat([one.losses for one in newest.values()]))
    transaction.lighten()
    restate_spans(transaction, lake, [target for target, one in newest.items() if one.usable and not one.spans], shown)


def write(transaction: Transaction, part: Told, rest: Remainders | None) -> None:
    """Write down what a part of a history teaches, but for how its target stands then; `rest`: as in `write_all`."""
    if part.restated.height:
        transaction.run(RESTATED, fresh=part.restated)
    # Before who is lost is added: somebody may have come back and left once more.
    if part.back.height:
        transaction.run(BACK, gone=of_target(part.target, part.back))
    for table, rows in part.fresh:
        if rest and part.spans:
            rest.append(transaction, table, rows)
        else:
            transaction.append(table, rows)
            transaction.lighten()
