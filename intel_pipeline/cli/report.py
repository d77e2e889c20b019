"""A report of one target's period, to hand on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from intel_pipeline.cli.console import opened, out, plain

DAY = ["%Y-%m-%d"]


def report(  # noqa: PLR0913  each is an option
    target: Annotated[str, typer.Argument(help="The target's label or username.")],
    from_: Annotated[
        datetime | None,
        typer.Option("--from", help="First day (UTC); 30 days before the last unless told.", formats=DAY),
    ] = None,
    to: Annotated[
        datetime | None, typer.Option(help="Last day (UTC), which is in it; today unless told.", formats=DAY)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else one into data/exports/.", dir_okay=False)
    ] = None,
    charts: Annotated[
        Path | None, typer.Option(help="Folder for the charts as files of their own, beside it.", file_okay=False)
    ] = None,
    form: Annotated[
        Literal["svg", "png"], typer.Option("--as", help="What charts are written as; png takes the extra [charts].")
    ] = "svg",
) -> None:
    """Write one HTML file about a target's period: growth, who came and left, profile, posts, and how sure it is.

    `intel-pipeline report nasa --from 2026-11-01 --to 2026-11-30 -o november.html --charts pictures --as png`

    Its style and charts are in it, nothing in it runs and it asks no address for anything. It names followers: keep it
    as you keep the data folder.
    """
    from intel_pipeline.web.report.making import write

    with opened() as pipeline:
        drawn = (charts, form) if charts else None
        paths = write(pipeline, target, from_ and from_.date(), to and to.date(), output, drawn)
    for path in paths:
        out.print(plain(path))
