"""Followees: whom each target follows, by the last complete list."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.landing.outstanding import order
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, told_of
from intel_pipeline.warehouse.writer import Transaction

NEWEST = """
select target, max(finished_at) from captures semi join asked using (target)
where surface = 'followees' and verdict = 'complete' group by all
"""


def land_followees(transaction: Transaction, lake: Path, captures: Sequence[Captured]) -> Landed:
    """Land these captures, and put each target's last complete list in the place of the one before, if it is among them.

    Counts those who are listed then. An old round that is derived again brings no old list back.
    """
    landed = Landed()
    complete: dict[str, list[Captured]] = defaultdict(list)
    for capture in sorted(captures, key=order, reverse=True):
        if capture.verdict == "complete":
            complete[capture.target].append(capture)
    newest = dict(transaction.rows(NEWEST, asked=named(complete)))
    land_captures(transaction, captures)
    for target, listed in complete.items():
        for capture in listed:
            if target in newest and order(capture)[0] < newest[target]:
                break
            try:
                rows = snapshot_file.read(lake, str(capture.snapshot)).drop("page")
            except DamagedFileError as error:
                # The one before is better than none.
                landed.unreadable.append(told_of(target, error))
                continue
            landed.numbers["followees"] += land_list(transaction, capture, rows)
            break
    return landed


def land_list(transaction: Transaction, capture: Captured, listed: pl.DataFrame) -> int:
    """Land one list; return how many are listed."""
    moment = pl.lit(capture.finished_at, MOMENT)
    rows = listed.with_columns(target=pl.lit(capture.target), captured_at=moment, capture_id=pl.lit(capture.capture_id))
    transaction.put("followees", rows, "target", [capture.target])
    return rows.height
