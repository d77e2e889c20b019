"""An entry of the operating system's keyring. What cannot be read or written there is an error, and never a new key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from intel_pipeline.errors import VaultError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "intel_pipeline vault"
INSTEAD = "or set INTEL_VAULT_KEYS to the key"
T = TypeVar("T")


def read(entry: str) -> str:
    """Return what the keyring keeps as `entry`, or raise VaultError: missing package, no keyring, locked, no entry."""
    kept = _asked(lambda keyring: keyring.get_password(SERVICE, entry))
    if kept is None:
        problem = f"the OS keyring ({place()}) has no entry '{entry}' of '{SERVICE}', where the vault's key should be"
        fix = (
            f"log in as the user whose keyring has it, {INSTEAD}; where it is lost, delete `key` in the vault's folder, "
            "make a new one with `intel-pipeline vault init --keyring`, and log every session in again"
        )
        raise VaultError(problem, fix)
    return kept


def write(entry: str, text: str) -> None:
    """Keep `text` as `entry`, in the place of what was there; VaultError where it is not there afterwards."""
    _asked(lambda keyring: keyring.set_password(SERVICE, entry, text))
    # Some keyrings take everything and keep nothing.
    if _asked(lambda keyring: keyring.get_password(SERVICE, entry)) != text:
        problem = f"the OS keyring ({place()}) did not keep the vault's key"
        raise VaultError(problem, f"use another keyring, or the key file: `intel-pipeline vault init`; {INSTEAD}")


def forget(entry: str) -> None:
    """Delete `entry`."""
    _asked(lambda keyring: keyring.delete_password(SERVICE, entry))


def place() -> str:
    """Return what the keyring in use calls itself."""
    return _asked(lambda keyring: str(keyring.name))


def _asked(ask: "Callable[[KeyringBackend], T]") -> T:
    """Return what the keyring in use answers; everything that goes wrong is a VaultError with the way out."""
    try:
        import keyring
        from keyring.errors import KeyringLocked, NoKeyringError
    except ImportError as error:
        problem = "the vault's key is in the OS keyring, and the package that reads it is not installed"
        raise VaultError(problem, f"`pip install 'intel-pipeline[keyring]'`, {INSTEAD}") from error
    try:
        return ask(keyring.get_keyring())
    except NoKeyringError as error:
        problem = "the vault's key is in an OS keyring, and none can be reached from here"
        fix = f"run this where the keyring is unlocked (a desktop session, not a service or ssh), {INSTEAD}"
        raise VaultError(problem, fix) from error
    except KeyringLocked as error:
        problem = "the OS keyring is locked, and the vault's key is in it"
        raise VaultError(problem, f"unlock it and run this again, {INSTEAD}") from error
    except Exception as error:  # a keyring is a plug-in, and raises whatever what it builds upon does
        problem = f"the OS keyring failed, and the vault's key is in it: {type(error).__name__}"
        raise VaultError(
            problem, f"see whether `keyring --list-backends` and `keyring diagnose` work, {INSTEAD}"
        ) from error
