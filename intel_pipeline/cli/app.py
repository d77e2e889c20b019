"""The command `intel-pipeline`."""

import logging
import sys

import typer

from intel_pipeline.cli import (
    accuracy,
    breaker,
    capture,
    captures,
    data,
    demo,
    evidence,
    export,
    imports,
    keys,
    registry,
    report,
    session_use,
    sessions,
    settle,
    setup,
    simulate,
    status,
    targets,
    ui,
    upkeep,
    users,
    vault,
    warehouse,
)
from intel_pipeline.cli.console import fail
from intel_pipeline.errors import IntelError

app = typer.Typer(
    name="intel-pipeline",
    help="Who followed, who left, who renamed, how posts perform: captured daily, proven before it is said.",
    epilog="First steps: `intel-pipeline demo`, or `init`, `sessions login NAME`, `targets add USERNAME`, `capture`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(targets.app, name="targets", help="The watchlist: which accounts are captured.")
app.add_typer(captures.app, name="captures", help="What every capture proved, and why; a list held back awaits a word.")
app.add_typer(sessions.app, name="sessions", help="Instagram sessions that you own, sealed on this machine.")
sessions.app.command("list")(session_use.list_sessions)
for of_sessions in (session_use.use, session_use.limits, session_use.remove):
    sessions.app.command()(of_sessions)
app.add_typer(breaker.app, name="breaker", help="What stops a session whose account may be in danger.")
app.add_typer(users.app, name="user", help="The people who may sign in to the dashboard.")
app.add_typer(keys.app, name="key", help="What programs show the API in the place of a sign-in.")
app.add_typer(vault.app, name="vault", help="The key that sessions are sealed with.")
app.add_typer(
    registry.app, name="registry", help="Where targets, captures and the ledger are kept: SQLite or PostgreSQL."
)
app.add_typer(
    warehouse.app,
    name="warehouse",
    help="The DuckDB file that is derived from lake and registry: bring up, check, make anew.",
)
app.add_typer(imports.app, name="import", help="Bring in what was captured before, by other tools.")
for command in (
    setup.init,
    capture.capture,
    data.changes,
    evidence.evidence,
    data.sql,
    export.export,
    report.report,
    status.status,
    settle.settle,
    upkeep.upkeep,
    demo.demo,
    accuracy.accuracy,
    ui.dev,
    ui.serve,
    simulate.simulate,
    setup.settings,
):
    app.command()(command)


def main() -> None:
    """Run the command line; an error of ours ends with its text and its exit code, anything else is a defect."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except IntelError as error:
        fail(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
