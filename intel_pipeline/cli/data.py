"""Looking at what was found."""

from datetime import datetime
from typing import Annotated, Any

import typer

from intel_pipeline.cli.console import AsJson, err, opened, print_json, print_table
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.warehouse.reading import QueryError, reading

CHANGES = """
select * from (
    select not_before, not_after, target, kind, state, username, previous_username as before, user_id
    from follower_changes
    union all
    select not_before, not_after, target, field, 'confirmed', value_after, value_before, user_id
    from profile_changes
)
where (? is null or target = ?) and (? is null or kind = ?) and (? is null or not_after >= ?)
order by not_after desc, target, kind, username limit ?
"""
SHOWN_ROWS = 1000


def query(
    pipeline: Pipeline, sql: str, values: list[Any], limit: int | None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run `sql` on the publication, which no run is ever blocked by; return the columns and at most `limit` rows.

    Raises QueryError with DuckDB's own words. Files and network are out of the query's reach.
    """
    import duckdb

    with reading(pipeline.settings.publication) as (connection, _):
        try:
            if len(duckdb.extract_statements(sql)) != 1:
                problem = "one statement is asked for at a time, and not none"
                raise QueryError(problem, 'for example `intel-pipeline sql "show all tables"`')
            answer = connection.execute(sql, values)
            columns = [column[0] for column in answer.description or []]
            return columns, answer.fetchall() if limit is None else answer.fetchmany(limit)
        except duckdb.Error as error:
            raise QueryError(str(error), '`intel-pipeline sql "show all tables"` lists tables and columns') from error


def changes(
    target: Annotated[str | None, typer.Argument(help="Only of this target.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="Only of this kind: followed, revealed, left, refollowed, renamed, or a profile's field."),
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Only since this day.", formats=["%Y-%m-%d"])] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most rows, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who followed, left or renamed, and what profiles changed; newest first. A loss says how sure it is."""
    with opened() as pipeline:
        label = pipeline.registry.targets.get(target).label if target else None
        columns, rows = query(pipeline, CHANGES, [label, label, kind, kind, since, since, limit], None)
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    headings = ("after", "until", "target", "what", "state", "now", "before")
    print_table(headings, [row[:7] for row in rows])
    if not rows:
        err.print("No changes match. They show from the second complete capture on; --kind takes what the column says")
    elif len(rows) == limit:
        err.print(f"The newest {limit}; more with --limit, all with `intel-pipeline sql`")


def sql(
    statement: Annotated[str, typer.Argument(help='For example "select * from follower_changes limit 10".')],
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"Most rows; a table shows {SHOWN_ROWS} unless told.")
    ] = None,
) -> None:
    """Ask the publication in SQL (DuckDB's). Reading never blocks a run; `show all tables` is a good beginning."""
    scripted = as_json or as_csv
    if as_json and as_csv:
        message = "--json and --csv: choose one"
        raise typer.BadParameter(message)
    with opened() as pipeline:
        columns, rows = query(pipeline, statement, [], limit or (None if scripted else SHOWN_ROWS))
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif as_csv:
        import csv
        import sys

        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        print_table(columns, rows)
        if len(rows) == SHOWN_ROWS and limit is None:
            err.print(f"The first {SHOWN_ROWS} rows; all of them with --csv or --json")
