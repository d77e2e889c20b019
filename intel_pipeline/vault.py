"""The vault: what must not be readable on the disk, sealed with a key that lies elsewhere or under the owner's eyes."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from intel_pipeline.errors import VaultError
from intel_pipeline.vault_keys import (
    KeyFile,
    Place,
    checked,
    keeper_of,
    key_id,
    new_keeper,
    new_key,
    write_private,
)

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


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
    """Open the vault with the given keys, or with those that its key file holds or names; never without a key."""
    if keys is not None:
        return Vault(folder, tuple(checked(key) for key in keys.split(",")))
    return Vault(folder, keeper_of(folder).read())


def rotate_keys(folder: Path, to: Place | None = None) -> Vault:
    """Seal everything in `folder` with a new key, and keep that in the place of the old one, or in the place `to`.

    Until all is sealed anew both are kept: whatever interrupts this, each record can be opened, and rotating again goes
    on. Raises VaultError for a record that cannot be opened, or a keyring that fails; nothing is lost by either.
    """
    before = keeper_of(folder)
    moves = to is not None and (to == "file") != isinstance(before, KeyFile)
    after = new_keeper(folder, to) if to and moves else before
    both = Vault(folder, (new_key(), *before.read()))
    after.write(both.keys)
    both.seal_anew()
    after.write(both.keys[:1])
    if moves:
        before.forget()
    return Vault(folder, both.keys[:1])


def damaged(name: str) -> VaultError:
    """Return the error for a record that was altered or cut short."""
    problem = f"the sealed session '{name}' is damaged; the key is not at fault"
    return VaultError(problem, f"`intel-pipeline sessions login {name}` makes it anew")
