"""The vault: its key, and whether everything in it can be opened."""

from typing import Annotated

import typer

from intel_pipeline.cli.console import AsJson, err, opened, out, plain, print_json, print_table
from intel_pipeline.cli.setup import tell_of_key
from intel_pipeline.errors import VaultError
from intel_pipeline.vault import rotate_keys
from intel_pipeline.vault_keys import Place, keeper_of, key_id, make_key_file

app = typer.Typer(no_args_is_help=True)


@app.command()
def init(
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Keep the key in the OS keyring; `pip install 'intel-pipeline[keyring]'`.")
    ] = False,
) -> None:
    """Make a key, unless there is one or INTEL_VAULT_KEYS is set.

    It is kept in a file that only you can read, or with --keyring in the keyring of your operating system, which opens
    when you log in; then that file only names the entry. A server has no keyring: there, use the file, or have its
    secrets store set INTEL_VAULT_KEYS.
    """
    with opened() as pipeline:
        if pipeline.settings.vault_keys:
            out.print("The key is in INTEL_VAULT_KEYS; no file is needed")
            return
        folder = pipeline.settings.vault_dir
        made = make_key_file(folder, "keyring" if keyring else "file")
        keeper = keeper_of(folder)
        if made and keyring:
            out.print(f"Vault key:   {plain(keeper)} (without it sealed sessions cannot be opened)")
        elif made:
            tell_of_key(made)
        else:
            out.print(f"There is a key already, in {plain(keeper)}; `intel-pipeline vault rotate` replaces it")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Say where the key comes from, open every sealed session and say which cannot be; ends with 8 if any cannot."""
    with opened() as pipeline:
        vault = pipeline.vault()
        source = "INTEL_VAULT_KEYS" if pipeline.settings.vault_keys else str(keeper_of(vault.folder))
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
        err.print(f"Keys, newest first, from {plain(source)}: {', '.join(map(key_id, vault.keys))}")
        print_table(columns, rows)
    if any(fix for *_, fix in rows):
        raise typer.Exit(VaultError.exit_code)


@app.command()
def rotate(
    to: Annotated[
        Place | None, typer.Option(help="Keep the new key there from now on; otherwise where the old one is.")
    ] = None,
) -> None:
    """Seal everything with a new key. Safe to interrupt and to run again.

    The new key takes the place of the old one, in the key file or in the OS keyring; --to moves it. With
    INTEL_VAULT_KEYS, put the new key first, then run this, then drop the old ones.
    """
    with opened() as pipeline:
        if pipeline.settings.vault_keys:
            if to:
                problem = "INTEL_VAULT_KEYS is set, and whoever sets it keeps the key"
                raise VaultError(problem, "unset it to use the key file or the OS keyring, or leave --to out")
            vault = pipeline.vault()
            vault.seal_anew()
            last = "drop the keys after the first from INTEL_VAULT_KEYS; nothing needs them any more"
        else:
            vault = rotate_keys(pipeline.settings.vault_dir, to)
            last = f"keep a copy of the new key elsewhere: without it sealed sessions cannot be opened; it is in {keeper_of(vault.folder)}"
    out.print(f"Sealed with the key {key_id(vault.keys[0])}: {', '.join(vault.names()) or 'nothing yet'}")
    err.print(f"Next: {plain(last)}")
