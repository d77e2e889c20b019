"""Taking data out: CSV, Parquet, JSON Lines and Excel."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.exports.description import (
    Compression,
    ExportError,
    Form,
    Format,
    Rows,
    Selection,
    Table,
    chosen,
    form_of,
    of_table,
)
from intel_pipeline.exports.manifest import Exported, manifest_path
from intel_pipeline.exports.writing import Exporter, Tell, exporting, refuse_present
from intel_pipeline.pipeline import Pipeline

STDOUT = "-"
DAY = ["%Y-%m-%d"]


def export(  # noqa: PLR0913  one option each
    tables: Annotated[
        list[str] | None, typer.Argument(help="Tables or views, one or several; `all` is each of them.")
    ] = None,
    query: Annotated[
        str | None, typer.Option(help="Export what this SQL answers (DuckDB's), instead of tables.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Only of this target.")] = None,
    since: Annotated[
        datetime | None, typer.Option(help="From this day on (UTC), by the table's time column.", formats=DAY)
    ] = None,
    until: Annotated[datetime | None, typer.Option(help="Up to this day (UTC), which is in it.", formats=DAY)] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="What to write; from the ending of -o, or csv, unless told.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="File, folder for several tables, or - for a pipe; else into data/exports/."
        ),
    ] = None,
    compression: Annotated[
        Compression | None, typer.Option(help="Of CSV and JSON Lines: none unless told; of Parquet: zstd.")
    ] = None,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="For programs: CSV text as it is, also what a spreadsheet would take for a formula."
        ),
    ] = False,
    bom: Annotated[bool, typer.Option("--bom", help="Begin a CSV so that Excel sees that it is UTF-8.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="List what there is: tables, their columns, their time column.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write tables or a query's answer into files, however large, in little memory; never half a file.

    `intel-pipeline export follower_changes --target nasa --since 2026-11-01 -o changes.xlsx`

    `intel-pipeline export all --format parquet -o backup/`

    `intel-pipeline export --query "from followers" --format jsonl -o - | jq .username`

    Beside each file stands NAME.manifest.json: rows, bytes, SHA-256, columns, and which publication it is of. All
    tables of one command are of one publication. What is exported holds other people's names: keep it as you keep
    the data folder.
    """
    with opened() as pipeline:
        if list_:
            show_tables(pipeline, as_json=as_json)
            return
        if bool(query) == bool(tables):
            problem = "nothing says what to export" if not query else "tables and --query together are too much"
            raise ExportError(
                problem, "name tables, or give --query; `intel-pipeline export --list` shows what there is"
            )
        label = pipeline.registry.targets.get(target).label if target else None
        selection = Selection(label, since and since.date(), until and until.date())
        if query and selection != Selection():
            problem = "--target, --since and --until choose rows of tables, not of a query"
            raise ExportError(
                problem, "write them into the query: … where target = 'nasa' and not_after >= '2026-11-01'"
            )
        form = Form(*form_of(output or "", format_, compression), raw, bom)
        if output == STDOUT:
            pour(pipeline, query, tables or [], selection, form)
            return
        several = len(tables or []) > 1 or tables == ["all"]
        done = write(pipeline, query, tables or [], selection, form, output, several=several, overwrite=overwrite)
    if as_json:
        print_json([told(one) for one in done])
        return
    for one in done:
        out.print(f"{plain(one.path)}: {one.rows:,} rows, {one.bytes:,} bytes")
    if not sum(one.rows for one in done):
        err.print("Nothing matched: only the headings are there. `intel-pipeline changes` shows what there is")


def write(  # noqa: PLR0913  what the command was told
    pipeline: Pipeline,
    query: str | None,
    tables: Sequence[str],
    selection: Selection,
    form: Form,
    output: str | None,
    *,
    several: bool,
    overwrite: bool,
) -> list[Exported]:
    """Write what was asked for into files, and return them."""
    into = several or output is None or output.endswith("/") or Path(output).is_dir()
    folder = Path(output) if output and into else Path(output).parent if output else pipeline.settings.exports_dir
    if several and output and Path(output).suffix and not Path(output).is_dir():
        problem = f"several tables do not go into one file, {output}"
        raise ExportError(problem, "name a folder after -o, with / at its end")
    with exporting(pipeline.settings.publication, folder) as exporter:
        work = rows_of(exporter, query, tables, selection)
        paths = [folder / f"{rows.name}{form.ending}" if into else Path(output or "") for rows in work]
        refuse_present(paths, overwrite=overwrite)
        with progressing() as tell:
            return [
                exporter.export(rows, form, path, pipeline.clock.now(), tell)
                for rows, path in zip(work, paths, strict=True)
            ]


def pour(pipeline: Pipeline, query: str | None, tables: Sequence[str], selection: Selection, form: Form) -> None:
    """Write what was asked for to standard output."""
    if sys.stdout.isatty() and form.format in ("parquet", "xlsx"):
        problem = f"{form.format} is not for a terminal"
        raise ExportError(problem, "name a file after -o, or send it on: … -o - | another-program")
    with exporting(pipeline.settings.publication, pipeline.settings.exports_dir) as exporter:
        work = rows_of(exporter, query, tables, selection)
        if len(work) > 1:
            problem = "several tables do not go into one pipe"
            raise ExportError(problem, "name one, or a folder after -o")
        exporter.pour(work[0], form, sys.stdout.buffer)


def rows_of(exporter: Exporter, query: str | None, names: Sequence[str], selection: Selection) -> list[Rows]:
    """Return what is to be exported; of `all`, what cannot be chosen so is left out, and said."""
    if query:
        return [Rows("query", query)]
    tables = chosen(exporter.tables(), names)
    if list(names) == ["all"]:
        for table in tables:
            if lacking := selection.lacking(table):
                err.print(f"Left out: {lacking}")
        tables = [table for table in tables if not selection.lacking(table)]
    return [of_table(table, selection) for table in tables]


def show_tables(pipeline: Pipeline, *, as_json: bool) -> None:
    """Print what can be exported."""
    with exporting(pipeline.settings.publication, pipeline.settings.exports_dir) as exporter:
        tables: list[Table] = list(exporter.tables().values())
    if as_json:
        print_json(
            [
                {
                    "table": table.name,
                    "time_column": table.time,
                    "columns": {column.name: column.type for column in table.columns},
                    "comment": table.comment,
                }
                for table in tables
            ]
        )
        return
    rows = [(table.name, table.time, ", ".join(column.name for column in table.columns)) for table in tables]
    print_table(("table", "time column", "columns"), rows)


@contextmanager
def progressing() -> Iterator[Tell]:
    """Show how far the export is, on standard error; yield what is to be told of it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def tell(name: str, part: float) -> None:
            # What comes in two steps, counting and writing, is done twice.
            progress.update(task, description=name, completed=part)

        yield tell


def told(done: Exported) -> dict[str, object]:
    """Return a file for scripts."""
    return {
        "path": str(done.path),
        "rows": done.rows,
        "bytes": done.bytes,
        "sha256": done.sha256,
        "manifest": str(manifest_path(done.path)),
    }
