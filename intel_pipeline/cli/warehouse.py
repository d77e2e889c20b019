"""The warehouse: its schema, whether it holds what lake and registry prove, and making it anew from them."""

from pathlib import Path
from typing import Annotated

import typer

from intel_pipeline.cli.console import err, opened, out, plain, print_table
from intel_pipeline.cli.progress import watching

app = typer.Typer(no_args_is_help=True)


@app.command()
def migrate() -> None:
    """Give the warehouse the schema of this program; every run that writes to it does so by itself.

    A file of a newer program is refused, and one that was made by another text of a migration: what it holds is not what
    this program takes it for. The way out of that is `intel-pipeline warehouse rebuild`.
    """
    from intel_pipeline.warehouse.writer import bring_up_to_date

    with opened() as pipeline:
        applied = bring_up_to_date(pipeline.settings.warehouse_file)
    if applied:
        print_table(("applied", "SHA-256"), [(one.name, one.checksum[:12]) for one in applied])
    else:
        out.print("The warehouse has every migration already")


@app.command()
def rebuild(
    into: Annotated[
        Path | None, typer.Option(help="Make this file instead, and leave the warehouse and the publication alone.")
    ] = None,
    incomplete: Annotated[
        bool,
        typer.Option("--incomplete", help="Go on without snapshots that cannot be read; what they taught is lost."),
    ] = False,
) -> None:
    """Make the warehouse anew from lake and registry, day after day, and publish it; nothing is asked of Instagram.

    For when it is lost or damaged, or was made by other migrations than this program's. The new file is made beside the
    old one and takes its place when it is whole, so this can be stopped or killed at any moment: run it again. Captures
    go on meanwhile.
    """
    from intel_pipeline.warehouse.derive import publish_now
    from intel_pipeline.warehouse.rebuilding import rebuild as make_anew

    with opened() as pipeline:
        number = pipeline.registry.captures.finished_days().total()
        with watching("captures", number) as watch:
            told = lambda done, _, day: watch(f"captures until {day}", "step", done, None)  # noqa: E731
            rebuilt = make_anew(pipeline, into and into.expanduser().absolute(), told, incomplete=incomplete)
        for line in dict.fromkeys(rebuilt.unreadable):
            err.print(f"Left out: {plain(line)}")
        out.print(f"Rebuilt from {rebuilt.captures:,} captures of {rebuilt.days:,} days: {plain(rebuilt.file)}")
        if into is None:
            out.print(f"Published as {plain(publish_now(pipeline)[0])}")
