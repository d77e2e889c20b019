"""The breaker: open where Instagram wants a session's owner to act, closed by nobody but its operator."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.session_use import Name
from intel_pipeline.registry.models import LOGGED_OUT
from intel_pipeline.session_answers import close_breaker

app = typer.Typer(no_args_is_help=True)


@app.command()
def close(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you have done what Instagram wants.")] = False,
) -> None:
    """Let a stopped session be used again, after you did in a browser what Instagram wants.

    One request tells whether it answers; the breaker stays open if it does not.
    """
    with opened() as pipeline:
        if name != LOGGED_OUT:
            pipeline.vault().unseal(name)
        named = pipeline.session(name)
        stopped = named.stopped()
        if not stopped:
            out.print(f"the breaker of '{plain(name)}' is closed already")
            return
        err.print(plain(stopped))
        if not yes:
            typer.confirm("Have you done in a browser what Instagram wants?", abort=True, err=True)
        username = close_breaker(named)
    answered = f"it answers as {plain(username)}" if username else "the next tick will tell whether it answers"
    out.print(f"the breaker of '{plain(name)}' is closed; {answered}")


@app.command(name="list")
def list_open(as_json: AsJson = False) -> None:
    """List the sessions that are stopped, and why."""
    with opened() as pipeline:
        rows = [
            (state.name, state.stopped_because) for state in pipeline.registry.sessions.all() if state.stopped_because
        ]
    columns = ("session", "stopped_because")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    err.print(
        "Next: do what Instagram wants, then `intel-pipeline breaker close NAME`" if rows else "No breaker is open"
    )
