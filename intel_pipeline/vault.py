"""The vault: what must not be readable on the disk, sealed with a key that lies elsewhere or under the owner's eyes."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from intel_pipeline.errors import VaultError

KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
KEY_FILE = "key"


@dataclass(frozen=True, slots=True)
class Vault:
    """Sealed records in `folder`, one file each. `keys`: newest first; the first one seals, any one opens."""

    folder: Path
    keys: tuple[str, ...]

    def seal(self, name: str, content: dict[str, Any]) -> None:
        """Seal `content` under `name`, in the place of what was there."""
        # The name goes in with the content: Fernet seals no context, so two records could be swapped unnoticed.
        plain = json.dumps({"name": name, "content": content}).encode()
        record = {"name": name, "key_id": key_id(self.keys[0]), "token": self._fernet().encrypt(plain).decode()}
        write_private(self.path(name), json.dumps(record))

    def seal_anew(self) -> None:
        """Seal every record with the newest key; raises VaultError for one that cannot be opened."""
        for name in self.names():
            self.seal(name, self.unseal(name))

    def unseal(self, name: str) -> dict[str, Any]:
        """Return the content of a record, or raise VaultError saying whether the key or the record is at fault."""
        path = self.path(name)
        if not path.is_file():
            known = ", ".join(self.names()) or "none"
            problem = f"the vault holds no session '{name}'"
            raise VaultError(problem, f"`intel-pipeline sessions login {name}` makes it; there now: {known}")
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            written_with, token = record["key_id"], record["token"].encode()
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise damaged(name) from error
        if written_with not in map(key_id, self.keys):
            loaded = ", ".join(map(key_id, self.keys))
            problem = f"the session '{name}' was sealed with the key {written_with}; loaded: {loaded}"
            raise VaultError(problem, "put that key into INTEL_VAULT_KEYS, after the newest and a comma")
        try:
            opened = json.loads(self._fernet().decrypt(token))
        except InvalidToken as error:
            raise damaged(name) from error
        if opened["name"] != name:
            raise damaged(name)
        content: dict[str, Any] = opened["content"]
        return content

    def names(self) -> list[str]:
        """Return the names of the records."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def forget(self, name: str) -> None:
        """Delete a record."""
        self.path(name).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return where the record of this name lies, or raise VaultError for a name that none can have."""
        if not NAME.fullmatch(name):
            problem = f"'{name}' cannot name a session"
            raise VaultError(problem, "use lower-case letters, digits, dots, - and _, for example desk")
        return self.folder / f"{name}.json"

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.keys])


def open_vault(folder: Path, keys: str | None) -> Vault:
    """Open the vault with the given keys, or with the key file in `folder`; never without a key."""
    if keys is not None:
        return Vault(folder, tuple(checked(key) for key in keys.split(",")))
    file = folder / KEY_FILE
    if not file.is_file():
        problem = "there is no vault key"
        raise VaultError(problem, "`intel-pipeline init` makes one; or set INTEL_VAULT_KEYS")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        problem = f"others may read the vault key {file.name}"
        raise VaultError(problem, f"`chmod 600 {file}`, and consider the key known: make a new one")
    lines = file.read_text(encoding="ascii", errors="replace").splitlines() or [""]
    return Vault(folder, tuple(map(checked, lines)))


def rotate_key_file(folder: Path) -> Vault:
    """Seal everything in `folder` with a new key, and put that key into the file in the place of the old one.

    Until all is sealed anew the file holds both: whatever interrupts this, each record can be opened, and rotating
    again goes on. Raises VaultError for a record that cannot be opened; nothing is lost by it.
    """
    vault = open_vault(folder, None)
    both = Vault(folder, (Fernet.generate_key().decode(), *vault.keys))
    write_keys(folder, both.keys)
    both.seal_anew()
    write_keys(folder, both.keys[:1])
    return Vault(folder, both.keys[:1])


def write_keys(folder: Path, keys: Sequence[str]) -> None:
    """Replace the key file, in one step."""
    write_private(folder / KEY_FILE, "\n".join([*keys, ""]))


def write_private(path: Path, text: str) -> None:
    """Write a file for its owner's eyes only, durably and in one step."""
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def make_key_file(folder: Path) -> Path | None:
    """Make the key file unless there is one; return its path if it was made."""
    file = folder / KEY_FILE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(Fernet.generate_key() + b"\n")
    return file


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


def damaged(name: str) -> VaultError:
    """Return the error for a record that was altered or cut short."""
    problem = f"the sealed session '{name}' is damaged; the key is not at fault"
    return VaultError(problem, f"`intel-pipeline sessions login {name}` makes it anew")
