"""The warehouse: its schema, whether it holds what lake and registry prove, and making it anew from them."""

from dataclasses import asdict, astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.progress import watching
from intel_pipeline.errors import IntelError
from intel_pipeline.process_environment import take_one_core

if TYPE_CHECKING:
    from intel_pipeline.warehouse.equality import Compared
    from intel_pipeline.warehouse.verification import Verified

app = typer.Typer(no_args_is_help=True)
DIFFERENCES = ("what", "target", "should be", "is")
ROWS = ("rows", "target", "only rebuilt", "only here")


class UntrueError(IntelError):
    """A warehouse that does not hold what lake and registry prove."""

    exit_code = 17


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
    """Make the warehouse anew from lake and registry, target after target, and publish it; nothing is asked of Instagram.

    For when it is lost or damaged, or was made by other migrations than this program's. The new file is made beside the
    old one and takes its place when it is whole, so this can be stopped or killed at any moment: run it again. Captures
    go on meanwhile.
    """
    take_one_core()
    from intel_pipeline.warehouse.derive import publish_now
    from intel_pipeline.warehouse.rebuilding import rebuild as make_anew

    with opened() as pipeline:
        number = pipeline.registry.captures.finished_targets().total()
        with watching("captures", number) as watch:
            told = lambda done, _, surface: watch(f"{surface} captures", "step", done, None)  # noqa: E731
            rebuilt = make_anew(pipeline, into and into.expanduser().absolute(), told, incomplete=incomplete)
        for line in dict.fromkeys(rebuilt.unreadable):
            err.print(f"Left out: {plain(line)}")
        targets = "1 target" if rebuilt.targets == 1 else f"{rebuilt.targets:,} targets"
        out.print(f"Rebuilt from {rebuilt.captures:,} captures of {targets}: {plain(rebuilt.file)}")
        if into is None:
            out.print(f"Published as {plain(publish_now(pipeline)[0])}")


@app.command()
def verify(
    deep: Annotated[
        bool, typer.Option("--deep", help="Also derive everything again into a temporary file, and compare every row.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check the warehouse against registry and lake: counts of every target and table, and every snapshot's rows.

    What was captured since the last landing is awaited and no fault. Ends with 0 when it holds, with 17 when something
    differs. Nothing is changed, and runs that capture are not held up for longer than the tables are read.
    """
    # To look at every snapshot all cores are of use.
    if deep:
        take_one_core()
    from intel_pipeline.warehouse.equality import compare_rebuilt
    from intel_pipeline.warehouse.verification import verify as look

    with opened() as pipeline:
        number = pipeline.registry.captures.finished_targets().total()
        with watching("snapshots", number) as watch:
            found = look(pipeline, lambda done: watch("snapshots", "step", done, None))
        compared = None
        if deep and pipeline.settings.warehouse_file.exists():
            with watching("derived again", number) as watch:
                compared = compare_rebuilt(pipeline, lambda done, _, surface: watch(surface, "step", done, None))
    if as_json:
        told = {**asdict(found), "awaiting": dict(found.awaiting)}
        print_json({"holds": found.holds, **told, "rebuilt": compared and asdict(compared)})
    else:
        show(found, compared)
    if not found.holds or (compared and compared.differences):
        problem = "the warehouse does not hold what lake and registry prove"
        fix = (
            "restore the snapshots that are named from a backup"
            if found.unreadable
            else "`intel-pipeline warehouse rebuild` makes it anew; if it differs again after that, report these lines"
        )
        raise UntrueError(problem, fix)


def show(found: "Verified", compared: "Compared | None") -> None:
    """Print what was found."""
    print_table(("table", "rows"), sorted(found.tables.items()))
    if found.differences:
        print_table(DIFFERENCES, [astuple(one) for one in found.differences])
    for line in found.unreadable:
        err.print(f"Unreadable: {plain(line)}")
    if found.awaiting:
        number = found.awaiting.total()
        err.print(f"{number:,} captures of {len(found.awaiting)} targets await the next landing; any tick does it")
    if compared:
        if compared.differences:
            print_table(ROWS, [astuple(one) for one in compared.differences])
        if compared.left_out:
            err.print(f"Not compared, since they await the next landing: {plain(', '.join(compared.left_out))}")
        if not compared.differences:
            out.print(f"Derived again: {compared.rows:,} rows of {compared.tables} tables are the same")
    if found.holds:
        out.print(f"The warehouse holds what {found.captures:,} captures prove; every snapshot is there")
