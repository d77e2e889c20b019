"""Where the registry is."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import err, out, print_table
from intel_pipeline.clock import SystemClock
from intel_pipeline.errors import SettingsError
from intel_pipeline.settings import load_settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def move(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Move the registry from its SQLite file to the empty PostgreSQL database that INTEL_REGISTRY_URL names.

    Targets, rounds, captures, sessions' states, settlements, the ledger, users, keys and the audit go there, all or
    nothing; the file is kept as registry.db.moved. Journal, lake, warehouse, publications and the vault stay in the data folder. Stop Dagster
    before, and set the URL for everything that runs afterwards. More in docs/postgresql.md.
    """
    from intel_pipeline.registry.address import EXAMPLE, VARIABLE
    from intel_pipeline.registry.moving import move as move_registry

    settings = load_settings()
    if settings.registry_url is None:
        problem = f"{VARIABLE} does not say where to move the registry to"
        raise SettingsError(problem, f"set it, for example {VARIABLE}={EXAMPLE}")
    if settings.world_file.exists():
        problem = f"{settings.data_dir} belongs to a demo, whose registry stays with its world"
        raise SettingsError(problem, "nothing: a demo does not use PostgreSQL")
    if not yes:
        err.print(f"From {settings.registry_file} to the database of {VARIABLE}.")
        typer.confirm("Has everything that uses this data folder been stopped?", abort=True, err=True)
    moved = move_registry(
        settings.registry_file, settings.moved_registry_file, settings.registry_location, SystemClock()
    )
    print_table(("moved", "rows"), [(name, number) for name, number in moved.items() if name != "newest request"])
    out.print(f"The registry is in PostgreSQL now; the file is kept as {settings.moved_registry_file}")
