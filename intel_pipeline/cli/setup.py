"""Setting up, and seeing what is set."""

from pathlib import Path
from typing import Annotated

import typer
from cryptography.fernet import Fernet

from intel_pipeline.cli.console import AsJson, err, opened, out, print_json, print_table
from intel_pipeline.settings import Settings, load_settings, secret, variable
from intel_pipeline.vault_keys import make_key_file

HIDDEN = "(hidden)"


def init(
    show_new_key: Annotated[
        bool, typer.Option("--show-new-key", help="Only print a new vault key, for INTEL_VAULT_KEYS; writes nothing.")
    ] = False,
) -> None:
    """Make the data folder, its registry and a vault key. Safe to run again: what is there stays."""
    if show_new_key:
        typer.echo(Fernet.generate_key().decode())
        return
    settings = load_settings()
    with opened() as pipeline:
        made = None if settings.vault_keys else make_key_file(settings.vault_dir)
        targets = len(pipeline.registry.targets.all())
    out.print(f"Data folder: {settings.data_dir}")
    if made:
        tell_of_key(made)
    if not targets:
        err.print("Next: `intel-pipeline targets add USERNAME`, then `intel-pipeline capture`")


def worded(value: object) -> str | None:
    """Return a setting's value as it would be written in the environment; None where it is unset."""
    if value is None:
        return None
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def tell_of_key(made: Path) -> None:
    """Say where a new vault key lies."""
    out.print(f"Vault key:   {made} (keep a copy elsewhere: without it sealed sessions cannot be opened)")


def settings(as_json: AsJson = False) -> None:
    """Print the effective settings, with the environment variable that sets each. Secrets are hidden."""
    effective = load_settings()
    values = {
        variable(name): HIDDEN if secret(name) and getattr(effective, name) else getattr(effective, name)
        for name in Settings.model_fields
    }
    if as_json:
        print_json(values)
        return
    meanings = {variable(name): field.description for name, field in Settings.model_fields.items()}
    rows = [(name, worded(value), meanings[name]) for name, value in values.items()]
    print_table(("setting", "value", "meaning"), rows)
    err.print("Set one in the environment or in a file .env in the current folder, for example INTEL_TICK_SECONDS=900")
