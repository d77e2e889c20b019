"""Settlements: the causes of losses, as far as they have been looked up."""

from collections.abc import Collection

import polars as pl

from intel_pipeline.registry.settlements import Settlements
from intel_pipeline.warehouse.writer import Transaction

COLUMNS = pl.Schema(
    {
        "change_id": pl.String(),
        "target": pl.String(),
        "user_id": pl.Int64(),
        "cause": pl.String(),
        "looked_up_at": pl.Datetime("us", "UTC"),
    }
)
# Losses whose cause nobody knows, newest first.
UNSETTLED = """
select change_id, target, user_id, username from follower_changes
where kind = 'left' and state = 'confirmed' and cause = 'unknown' and ($1 is null or target = $1)
order by not_after desc, change_id limit $2
"""


def land_settlements(transaction: Transaction, targets: Collection[str], settlements: Settlements) -> None:
    """Put the settlements of `targets` in the place of those that were there."""
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in settlements.of(targets)]
    for target in targets:
        mine = [row for row in rows if row["target"] == target]
        transaction.replace("settlements", pl.DataFrame(mine, schema=COLUMNS), target=target)


def unsettled(transaction: Transaction, target: str | None, most: int) -> pl.DataFrame:
    """Return at most so many confirmed losses without a cause: `change_id`, `target`, `user_id`, `username`."""
    return transaction.query(UNSETTLED, target, most)
