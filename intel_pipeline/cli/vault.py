"""The vault: its key, and whether everything in it can be opened."""

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, print_json, print_table
from intel_pipeline.cli.setup import tell_of_key
from intel_pipeline.errors import VaultError
from intel_pipeline.vault import key_id, make_key_file, rotate_key_file

app = typer.Typer(no_args_is_help=True)


@app.command()
def init() -> None:
    """Make the key file, unless there is one or INTEL_VAULT_KEYS is set."""
    with opened() as pipeline:
        if pipeline.settings.vault_keys:
            out.print("The key is in INTEL_VAULT_KEYS; no file is needed")
            return
        made = make_key_file(pipeline.settings.vault_dir)
    if made:
        tell_of_key(made)
    else:
        out.print("There is a key already; `intel-pipeline vault rotate` replaces it")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Open every sealed session and say which cannot be; ends with 8 if any cannot."""
    with opened() as pipeline:
        vault = pipeline.vault()
        source = "INTEL_VAULT_KEYS" if pipeline.settings.vault_keys else "the key file"
        rows: list[tuple[str, str, str | None]] = []
        for name in vault.names():
            try:
                vault.unseal(name)
                rows.append((name, "opens", None))
            except VaultError as error:
                rows.append((name, error.problem, error.fix))
    columns = ("session", "state", "what_now")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        err.print(f"Keys, newest first, from {source}: {', '.join(map(key_id, vault.keys))}")
        print_table(columns, rows)
    if any(fix for *_, fix in rows):
        raise typer.Exit(VaultError.exit_code)


@app.command()
def rotate() -> None:
    """Seal everything with a new key. Safe to interrupt and to run again.

    With a key file, the new key takes the place of the old one. With INTEL_VAULT_KEYS, put the new key first, then run
    this, then drop the old ones.
    """
    with opened() as pipeline:
        if pipeline.settings.vault_keys:
            vault = pipeline.vault()
            vault.seal_anew()
            last = "drop the keys after the first from INTEL_VAULT_KEYS; nothing needs them any more"
        else:
            vault = rotate_key_file(pipeline.settings.vault_dir)
            last = f"keep a copy of the new key file elsewhere: {pipeline.settings.vault_dir / 'key'}"
    out.print(f"Sealed with the key {key_id(vault.keys[0])}: {', '.join(vault.names()) or 'nothing yet'}")
    err.print(f"Next: {last}")
