"""The whole product at work, without an Instagram account."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from intel_pipeline.cli.console import err, out, plain, print_table
from intel_pipeline.cli.progress import watching
from intel_pipeline.errors import IntelError
from intel_pipeline.settings import load_settings

if TYPE_CHECKING:
    from intel_pipeline.demo.comparison import Line

DAYS = 14
NEXT = """
What to try next
  make dev                                   the dashboard, and Dagster's UI in it, on http://127.0.0.1:3000
  intel-pipeline changes --kind left         who left, and how sure that is
  intel-pipeline changes vanishing           one target's story
  intel-pipeline sql "from captures where verdict <> 'complete'"
  intel-pipeline demo --days 2 --resume      two more days, while anyone reads data/intel.duckdb
(Commands are in .venv/bin; `source .venv/bin/activate` puts them at hand.)
"""


class WrongError(IntelError):
    """What was found is not what was true."""

    exit_code = 13


def demo(
    days: Annotated[int, typer.Option(min=1, max=365, help="Simulated days to live through.")] = DAYS,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the demo that is there; without it, start over.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 7,
) -> None:
    """Watch the whole pipeline work on a simulated Instagram: six targets, two weeks, and the truth to compare with.

    Real instaloader reads a local stand-in in this process; no socket is opened. The same Dagster job that daily use
    runs captures, validates and compares; what it found is published. The data folder it leaves belongs to the demo.
    """
    from intel_pipeline.defs.running import open_instance
    from intel_pipeline.demo import story
    from intel_pipeline.demo.comparison import compare

    settings = load_settings()
    real_today = datetime.now(UTC).date()
    began = datetime.now(UTC)
    if settings.registry_url:
        err.print("INTEL_REGISTRY_URL is not used: a demo's registry lies in its own data folder")
    pipeline = story.resume(settings) if resume else story.prepare(settings, seed, days, real_today)
    try:
        with open_instance(settings) as instance, watching("the world begins", days) as watch:
            for number, day in enumerate(story.live(pipeline, instance, days, real_today, watch), start=1):
                watch(f"day {day.day}", "step", number, None)
                err.print(f"{day.day}  {day.captured} captures, {day.requests} requests")
                for target, reason in day.incomplete.items():
                    err.print(f"            [yellow]{target}: {plain(reason)}[/]")
        report(compare(pipeline))
        seconds = (datetime.now(UTC) - began).total_seconds()
        out.print(
            f"\n{days} simulated days in {seconds:.0f} s; the data lies in {settings.data_dir}, publication: intel.duckdb"
        )
        out.print(NEXT, end="")
    finally:
        pipeline.registry.close()


def report(lines: "list[Line]") -> None:
    """Print what was found beside what was true; raise WrongError where they differ."""
    columns = ("target", "what", "happened", "found", "missed", "invented", "confirmed", "found = true")
    rows = [
        (line.target, line.kind, line.happened, line.found, line.missed, line.invented, line.confirmed, line.right)
        for line in lines
        if line.happened or line.found
    ]
    sums = [sum(int(row[place]) for row in rows) for place in range(2, 7)]
    right = all(line.right for line in lines)
    out.print()
    print_table(columns, [*rows, ("all", "", *sums, right)], title="What happened in the world, and what was found")
    out.print("A loss that only the last capture shows is found but not confirmed: that takes a second absence.")
    if not right:
        problem = f"{sums[2]} changes were missed and {sums[3]} were invented"
        raise WrongError(problem, "report this with the output of `intel-pipeline status --json`")
    happened, found = sums[0], sums[1]
    out.print(f"[bold green]found = true[/]: {found:,} of {happened:,} follows, unfollows and renames, none invented")
