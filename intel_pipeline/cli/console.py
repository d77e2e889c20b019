"""What commands print, and where: results to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from intel_pipeline.errors import IntelError
from intel_pipeline.pipeline import Pipeline, open_pipeline
from intel_pipeline.settings import load_settings

# Text that goes into a file or a pipe is not cut to the width of a screen that nobody looks at.
WIDE = None if sys.stdout.isatty() else 240
out = Console(highlight=False, width=WIDE)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 240)

# Values up to this many characters are not broken over lines: where all have room, and where they do not.
SHORT = 26
VERY_SHORT = 10
FOUR_DIGITS = 1000
GAP = 2

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def fail(error: IntelError) -> None:
    """Print what went wrong, and what to do now."""
    err.print(f"[bold red]Error:[/] {plain(error.problem)}")
    err.print(f"[bold]What now:[/] {plain(error.fix)}")


def plain(text: object) -> str:
    """Return `text` so that Rich prints its brackets instead of reading them."""
    return str(text).replace("[", r"\[")


@contextmanager
def opened() -> Iterator[Pipeline]:
    """Open the pipeline of the effective settings, and close it."""
    pipeline = open_pipeline(load_settings())
    try:
        yield pipeline
    finally:
        pipeline.registry.close()


def print_json(value: Any) -> None:  # noqa: ANN401  whatever JSON can hold
    """Print `value` as JSON; moments as ISO 8601."""
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print rows as a table; numbers to the right, nothing as a dash."""
    listed = [
        [identity(value) if column.endswith("_id") else value for column, value in zip(columns, row, strict=True)]
        for row in rows
    ]
    widths = [
        max(len(text) for text in (column, *(shown(row[at]) for row in listed))) for at, column in enumerate(columns)
    ]
    # Where not everything has room, long values are folded over lines; nothing is cut off.
    unbroken = SHORT if sum(widths) + GAP * len(widths) <= out.width else VERY_SHORT
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, column in enumerate(columns):
        numeric = all(isinstance(row[place], int | float | None) and not isinstance(row[place], bool) for row in listed)
        justify: Literal["left", "right"] = "right" if numeric and listed else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=widths[place] <= unbroken)
    for row in listed:
        table.add_row(*(shown(value) for value in row))
    out.print(table)


def identity(value: object) -> object:
    """Return an id as text: it is a name in digits, so no thousands separators and no sums."""
    return None if value is None else str(value)


def shown(value: object) -> str:
    """Return a cell's text."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            # Four digits are enough, but not in the place of those before the point.
            return f"{value:,.4g}" if abs(value) < FOUR_DIGITS else f"{value:,.0f}"
        case _ if hasattr(value, "hour"):
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return plain(value)
