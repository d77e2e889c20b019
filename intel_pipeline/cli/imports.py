"""Imports."""

from pathlib import Path
from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json
from intel_pipeline.cli.progress import watching
from intel_pipeline.errors import ArchiveError

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Bring in what was captured before, by other tools."""


@app.command()
def archive(
    folder: Annotated[Path, typer.Argument(help="Folder that instaloader wrote to, or any folder above several.")],
    captured_at: Annotated[
        str | None, typer.Option(help="When it was captured, for example 2021-04-13 or 2021-04-13T09:30:00Z.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="CSV (path,captured_at) or JSON ({path: time}) with the time of each folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in the profiles that instaloader saved (`NAME_ID.json.xz`), with their dates.

    The files do not say when they were captured, so you do: one time for all, or a manifest. Nothing is asked of
    Instagram, and importing twice changes nothing.
    """
    from intel_pipeline.importers.instaloader_archive import Archive, capture_times
    from intel_pipeline.importers.intake import take_in
    from intel_pipeline.importers.manifest import parsed_time

    found = Archive(folder)
    with opened() as pipeline:
        if pipeline.simulated:
            problem = f"{pipeline.settings.data_dir} holds a demo, and real captures do not belong into it"
            raise ArchiveError(
                problem, "import into a folder of its own: INTEL_DATA_DIR=data-real intel-pipeline import …"
            )
        moment = parsed_time(captured_at, "--captured-at", pipeline.clock.now()) if captured_at else None
        times = capture_times(found.profiles, moment, manifest, folder=folder, now=pipeline.clock.now())
        with watching(f"importing {len(found.profiles)} profiles") as watch:
            intake = take_in(pipeline, found, times, watch)
    skipped = dict(found.skipped)
    if as_json:
        print_json({"new": intake.new, "known": intake.known, "targets": intake.targets, "skipped": skipped})
        return
    out.print(f"{intake.new} profiles taken in, {intake.known} were here already; targets: {', '.join(intake.targets)}")
    for kind, count in skipped.items():
        err.print(f"skipped: {count} of kind {plain(kind)}")
    label = plain(intake.targets[0])
    err.print(
        f"Next: `intel-pipeline changes {label}`; to capture it from now on: `intel-pipeline targets resume {label}`"
    )
