"""The people who may sign in to the dashboard."""

import getpass
from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.clock import SystemClock
from intel_pipeline.errors import AccessError
from intel_pipeline.registry.audit import Actor
from intel_pipeline.registry.users import Role

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The user's name.")]
PasswordFile = Annotated[
    typer.FileText | None,
    typer.Option(
        help="File whose first line is the password; - reads it from standard input. Otherwise it is asked for."
    ),
]


@app.command()
def add(
    name: Name,
    role: Annotated[
        Role, typer.Option(help="A viewer sees everything; an admin also captures, and sees to users and keys.")
    ] = "viewer",
    password_file: PasswordFile = None,
) -> None:
    """Let somebody sign in to the dashboard. Their password is typed twice at a prompt, and only its hash is kept.

    The first admin is added so, or by the address that the console shows when the server starts without one.
    """
    from intel_pipeline.web.access.passwords import hashed

    name = name.casefold()
    with opened() as pipeline:
        pipeline.registry.users.refuse_name(name)
        password = asked_for(name, password_file)
        pipeline.registry.users.add(operator(), name, role, hashed(password, name))
    out.print(f"{plain(name)} may sign in, as {'an admin' if role == 'admin' else 'a viewer'}")


@app.command(name="list")
def list_users(as_json: AsJson = False) -> None:
    """List the users, what each may do, and when they were last seen."""
    with opened() as pipeline:
        users, seen = pipeline.registry.users.all(), pipeline.registry.sign_ins.last_seen()
    columns = ("name", "role", "disabled", "added_at", "last_seen_at")
    rows = [(user.name, user.role, user.disabled, user.added_at, seen.get(user.name)) for user in users]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    print_table(columns, rows)
    if not users:
        err.print("Nobody yet: `intel-pipeline user add NAME --role admin`")


@app.command()
def password(name: Name, password_file: PasswordFile = None) -> None:
    """Give a user another password, for one who has forgotten theirs. It signs them out everywhere."""
    from intel_pipeline.web.access.passwords import hashed

    with opened() as pipeline:
        user = pipeline.registry.users.get(name.casefold())
        typed = asked_for(user.name, password_file)
        pipeline.registry.users.set_password(operator(), user.name, hashed(typed, user.name))
    out.print(f"{plain(user.name)} has another password, and is signed out everywhere")


@app.command()
def role(name: Name, role: Annotated[Role, typer.Argument(help="viewer or admin.")]) -> None:
    """Say what a user may do, from their next click on. The last admin stays one."""
    with opened() as pipeline:
        pipeline.registry.users.set_role(operator(), name.casefold(), role)
    out.print(f"{plain(name.casefold())} is {'an admin' if role == 'admin' else 'a viewer'}")


@app.command()
def disable(name: Name) -> None:
    """Let a user sign in no more, and sign them out everywhere. `user enable` undoes it. The last admin stays."""
    with opened() as pipeline:
        pipeline.registry.users.set_disabled(operator(), name.casefold(), disabled=True)
    out.print(f"{plain(name.casefold())} may not sign in any more")


@app.command()
def enable(name: Name) -> None:
    """Let a user sign in again who was disabled; their password is the same as before."""
    with opened() as pipeline:
        pipeline.registry.users.set_disabled(operator(), name.casefold(), disabled=False)
    out.print(f"{plain(name.casefold())} may sign in again")


@app.command()
def remove(name: Name) -> None:
    """Remove a user, and sign them out everywhere. What they did stays in the audit. The last admin stays."""
    with opened() as pipeline:
        pipeline.registry.users.remove(operator(), name.casefold())
    out.print(f"{plain(name.casefold())} is no user any more")


def asked_for(name: str, file: typer.FileText | None) -> str:
    """Return a new password: the first line of a file, or what is typed twice; never an argument, which others see."""
    if file is None:
        typed: str = typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    line = file.readline().rstrip("\r\n")
    if not line:
        problem = "the first line of the file is empty, and is meant to be the password"
        raise AccessError(problem, "write the password there, or leave --password-file out and type it")
    return line


def operator() -> Actor:
    """Return who runs a command as the audit knows them: by their name in the operating system."""
    return Actor(SystemClock().now(), getpass.getuser()[:60], "command")
