"""The watchlist."""

from typing import Annotated

import typer

from intel_pipeline.cli.cadence import cadence
from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table

app = typer.Typer(no_args_is_help=True)
app.command()(cadence)
Label = Annotated[str, typer.Argument(help="The target's label (or its username).")]


@app.command()
def add(
    usernames: Annotated[list[str], typer.Argument(help="Username, @username or the profile's address; several too.")],
    label: Annotated[str | None, typer.Option(help="A stable name for it; otherwise made from the username.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Why it is watched; kept with the data.")] = None,
    session: Annotated[str | None, typer.Option(help="The only session that reads it; otherwise any does.")] = None,
) -> None:
    """Put accounts on the watchlist. Nothing is asked of Instagram yet; the next tick captures them.

    A private account is shown only to sessions that follow it: name one of them with --session.
    """
    if label and len(usernames) > 1:
        msg = "--label names one target: add them one by one"
        raise typer.BadParameter(msg)
    with opened() as pipeline:
        if pipeline.simulated:
            err.print("[yellow]This data folder holds a demo: only its simulated accounts can be captured here.[/]")
        if session:
            pipeline.registry.sessions.get(session)
        for username in usernames:
            target = pipeline.registry.targets.add(username, label, purpose, session=session)
            out.print(f"added {plain(target.label)} ({plain(target.username)})")
    err.print("Next: `intel-pipeline capture` takes it now, the schedule `daily_round` every day")


@app.command(name="list")
def list_targets(as_json: AsJson = False) -> None:
    """List the targets, with the session that alone reads each; a dash is any."""
    with opened() as pipeline:
        targets = pipeline.registry.targets.all()
    columns = ("label", "username", "user_id", "state", "session", "added_at", "purpose")
    rows = [[getattr(target, column) for column in columns] for target in targets]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    if not targets:
        err.print("No targets yet: `intel-pipeline targets add USERNAME`")


@app.command()
def assign(
    labels: Annotated[list[str], typer.Argument(help="Labels of targets (or their usernames).")],
    session: Annotated[str | None, typer.Option(help="The only session that reads them from now on.")] = None,
    of_any: Annotated[bool, typer.Option("--any", help="Let any session read them that is used for any.")] = False,
) -> None:
    """Say which session reads targets: one of your sessions alone, or any.

    With --session, a target is never read with another, and waits where that one is stopped. A capture that another
    session has begun is begun anew.
    """
    if (session is None) != of_any:
        msg = "say either --session NAME or --any"
        raise typer.BadParameter(msg)
    with opened() as pipeline:
        if session:
            pipeline.registry.sessions.get(session)
        found = [pipeline.registry.targets.get(label).label for label in labels]
        for label in found:
            pipeline.registry.targets.assign(label, session)
        in_use = session is None or session in pipeline.uses()
    reader = f"the session '{plain(session)}' alone" if session else "any session"
    out.print(f"{', '.join(found)}: read by {reader}")
    if not in_use:
        err.print(
            f"It is not in use: `intel-pipeline sessions use {plain(session)} --for own`, and no other INTEL_SESSION"
        )


@app.command()
def pause(label: Label) -> None:
    """Capture a target no more, for now."""
    set_state(label, "paused")


@app.command()
def resume(label: Label) -> None:
    """Capture a paused target again."""
    set_state(label, "active")


@app.command()
def remove(label: Label) -> None:
    """Take a target off the watchlist. What was captured of it stays; adding it again continues its history."""
    set_state(label, "removed")


def set_state(label: str, state: str) -> None:
    """Set a target's state and say so."""
    with opened() as pipeline:
        target = pipeline.registry.targets.set_state(label, state)
    out.print(f"{plain(target.label)} is {state}")
