"""A report of one target's period, to hand on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from intel_pipeline.cli.console import opened, out, plain

DAY = ["%Y-%m-%d"]


def report(
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
) -> None:
    """Write one HTML file about a target's period: growth, who came and left, profile, posts, and how sure it is.

    `intel-pipeline report nasa --from 2026-11-01 --to 2026-11-30 -o november.html`

    Its style and charts are in it, nothing in it runs and it asks no address for anything. It names followers: keep it
    as you keep the data folder.
    """
    from intel_pipeline.web.report.making import write

    with opened() as pipeline:
        path = write(pipeline, target, from_ and from_.date(), to and to.date(), output)
    out.print(plain(path))
