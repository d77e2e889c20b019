"""The vault's keys: where they are kept, in a file for its owner's eyes or in the operating system's keyring."""

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet

from intel_pipeline import keyring_entry
from intel_pipeline.errors import VaultError
from intel_pipeline.replacement import replaced

KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
KEY_FILE = "key"
# What a key file begins with that holds no key, but names the entry of the keyring that does.
POINTER = "keyring entry "
Place = Literal["file", "keyring"]


class KeyFile:
    """The key file itself keeps the keys, a line each."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self.file = folder / KEY_FILE

    def __str__(self) -> str:
        """Return where the keys are, in words."""
        return f"the key file {self.file}"

    def read(self) -> tuple[str, ...]:
        """Return the keys, newest first, or raise VaultError."""
        return tuple(map(checked, lines_of(self.file) or [""]))

    def write(self, keys: Sequence[str]) -> None:
        """Replace the keys, in one step."""
        write_private(self.file, "\n".join([*keys, ""]))

    def forget(self) -> None:
        """Do nothing: what takes the keys' place takes the file's."""


class KeyringEntry:
    """The OS keyring keeps the keys; the key file names the entry, so that no missing keyring looks like no key."""

    def __init__(self, folder: Path, entry: str) -> None:
        """Keep them as `entry`, named by the key file in `folder`."""
        self.file = folder / KEY_FILE
        self.entry = entry

    def __str__(self) -> str:
        """Return where the keys are, in words."""
        return f"the OS keyring ({keyring_entry.place()})"

    def read(self) -> tuple[str, ...]:
        """Return the keys, newest first, or raise VaultError."""
        return tuple(map(checked, keyring_entry.read(self.entry).split(",")))

    def write(self, keys: Sequence[str]) -> None:
        """Replace the keys, in one step, and then let the key file name the entry."""
        keyring_entry.write(self.entry, ",".join(keys))
        write_private(self.file, f"{POINTER}{self.entry}\n")

    def forget(self) -> None:
        """Delete the entry."""
        keyring_entry.forget(self.entry)


def keeper_of(folder: Path) -> KeyFile | KeyringEntry:
    """Return what keeps the keys of the vault in `folder`, or raise VaultError where there is no key yet."""
    file = folder / KEY_FILE
    if not file.is_file():
        problem = "there is no vault key"
        raise VaultError(problem, "`intel-pipeline init` makes one; or set INTEL_VAULT_KEYS")
    first = (lines_of(file) or [""])[0]
    return KeyringEntry(folder, first.removeprefix(POINTER)) if first.startswith(POINTER) else KeyFile(folder)


def new_keeper(folder: Path, place: Place) -> KeyFile | KeyringEntry:
    """Return what could keep keys, without any yet; each vault has an entry of its own in the user's one keyring."""
    return KeyFile(folder) if place == "file" else KeyringEntry(folder, secrets.token_hex(8))


def lines_of(file: Path) -> list[str]:
    """Return the lines of the key file, or raise VaultError where others may read it."""
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        problem = f"others may read the vault key {file.name}"
        raise VaultError(problem, f"`chmod 600 {file}`, and consider the key known: make a new one")
    return file.read_text(encoding="ascii", errors="replace").splitlines()


def make_key_file(folder: Path, place: Place = "file") -> Path | None:
    """Make a key, and the file that holds or names it, unless there is one; return its path if it was made."""
    file, key, entry = folder / KEY_FILE, new_key(), secrets.token_hex(8)
    if file.exists():
        return None
    if place == "keyring":
        keyring_entry.write(entry, key)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # Another process was faster: its key is the one that sessions are sealed with.
        if place == "keyring":
            keyring_entry.forget(entry)
        return None
    with os.fdopen(descriptor, "w") as opened:
        opened.write(f"{POINTER}{entry}\n" if place == "keyring" else f"{key}\n")
    return file


def new_key() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode()


def write_private(path: Path, text: str) -> None:
    """Replace a file, for its owner's eyes only."""
    with replaced(path, 0o600) as temporary:
        temporary.write_text(text, encoding="utf-8")


def checked(key: str) -> str:
    """Return the key without blanks, or raise VaultError saying what is wrong with it; never quotes it."""
    bare = key.strip().strip("\"'")
    if KEY.fullmatch(bare):
        return bare
    if bare.startswith(("b'", 'b"')):
        wrong = "it looks like a Python bytes literal: drop the b and the quotes"
    elif KEY.fullmatch(bare + "="):
        wrong = "one '=' is missing at its end"
    elif re.fullmatch(r"[0-9a-fA-F]{64}", bare):
        wrong = "it is written in hex, not in base64"
    else:
        wrong = f"it has {len(bare)} characters and should have 44, of the url-safe base64 alphabet"
    problem = f"a vault key is malformed: {wrong}"
    raise VaultError(problem, "`intel-pipeline init --show-new-key` prints a well-formed new one")


def key_id(key: str) -> str:
    """Return a short name for a key, which tells nothing of it."""
    return hashlib.blake2b(key.encode(), digest_size=4, person=b"intel-key-id").hexdigest()
