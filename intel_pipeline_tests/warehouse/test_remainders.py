"""Rows of a file that is being made, in whole row groups."""

from pathlib import Path

import polars as pl

from intel_pipeline.warehouse.landing.remainders import Remainders
from intel_pipeline.warehouse.rebuilding import made
from intel_pipeline.warehouse.writer import ROW_GROUP, Transaction

GROUPS = "select count(distinct row_group_id) from pragma_storage_info('lost')"


def test_rows_of_several_targets_fill_row_groups_and_lie_as_they_came(tmp_path: Path) -> None:
    each = ROW_GROUP + 10_000
    with made(tmp_path / "fresh.duckdb") as connection:
        transaction, rest, landed = Transaction(connection), Remainders(), []
        for target in "abc":
            ids = pl.int_range(each, eager=True)
            schema = {"target": pl.String(), "user_id": pl.Int64(), "username": pl.String()}
            rest.append(transaction, "lost", pl.DataFrame([[target] * each, ids, ids.cast(str)], schema=schema))
            landed.append(transaction.rows("select count(*) from lost")[0][0])
        assert landed == [ROW_GROUP, 2 * ROW_GROUP, 3 * ROW_GROUP]

        rest.land(transaction)

        connection.execute("checkpoint")
        assert transaction.rows("select target, user_id from lost") == [
            (one, at) for one in "abc" for at in range(each)
        ]
        assert transaction.rows(GROUPS) == [(4,)]


def test_few_rows_do_not_wait(tmp_path: Path) -> None:
    rows = pl.DataFrame({"target": ["a"], "user_id": [1], "username": ["one"]})
    with made(tmp_path / "fresh.duckdb") as connection:
        transaction, rest = Transaction(connection), Remainders()

        rest.append(transaction, "lost", rows)
        rest.land(transaction)

        assert transaction.rows("select count(*) from lost") == [(1,)]
