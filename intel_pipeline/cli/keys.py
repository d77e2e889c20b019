"""Keys: what programs show in the place of a sign-in."""

from datetime import timedelta
from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.users import operator
from intel_pipeline.clock import SystemClock

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The key's name, by which the audit knows it.")]


@app.command()
def add(
    name: Name,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do; several times for several. read: see; run: capture; admin: everything."),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Days until it expires; otherwise it never does.")
    ] = None,
) -> None:
    """Make a key for a program and print it, this once. Without --scope it may read.

    The program sends it as `Authorization: Bearer ip_…`. Only its SHA-256 is kept: one that is lost is revoked, and
    another one made.
    """
    from intel_pipeline.web.access.tokens import digest, new_key

    actor, key = operator(), new_key()
    expires_at = actor.at + timedelta(days=days) if days else None
    with opened() as pipeline:
        made = pipeline.registry.api_keys.add(actor, name.casefold(), digest(key), scope or ["read"], expires_at)
    typer.echo(key)
    until = f"until {expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "until it is revoked"
    err.print(f"The key '{plain(made.name)}' may {', '.join(made.scopes)}, {until}. It is shown only now.")


@app.command(name="list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys by name, what each may do, and when it was used last; none is shown itself."""
    now = SystemClock().now()
    with opened() as pipeline:
        keys = pipeline.registry.api_keys.all()
    columns = ("name", "scopes", "state", "expires_at", "used_at", "added_at", "added_by")
    rows = [
        (key.name, ",".join(key.scopes), key.state(now), key.expires_at, key.used_at, key.added_at, key.added_by)
        for key in keys
    ]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    if not keys:
        err.print("No keys yet: `intel-pipeline key add NAME --scope read`")


@app.command()
def revoke(name: Name) -> None:
    """Let a key be used no more, for good. A server that is running knows it within seconds."""
    with opened() as pipeline:
        pipeline.registry.api_keys.revoke(operator(), name.casefold())
    out.print(f"the key '{plain(name.casefold())}' is revoked")
