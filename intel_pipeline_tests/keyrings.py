"""Keyrings to keep keys in, as the library `keyring` knows them: one in a file, one that is locked, one that forgets."""

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps passwords in a file: what other processes put there is found."""

    priority = 1  # type: ignore[assignment]  the library's own way to say it
    name = "a file of the tests"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self.file.read_text()) if self.file.exists() else {}
        return kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.file.write_text(json.dumps({**self.kept(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self.kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError(username)
        self.file.write_text(json.dumps(kept))


class LockedKeyring(FileKeyring):
    """Asks for a password that nobody types."""

    def get_password(self, service: str, username: str) -> str | None:
        message = f"Failed to unlock {service}/{username}"
        raise KeyringLocked(message)

    def set_password(self, service: str, username: str, password: str) -> None:
        del password
        self.get_password(service, username)


class ForgetfulKeyring(FileKeyring):
    """Takes everything and keeps nothing, like the library's own `null`."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""


class BrokenKeyring(FileKeyring):
    """Fails as what it builds upon does."""

    def get_password(self, service: str, username: str) -> str | None:
        raise ConnectionResetError(service, username)
