import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from intel_pipeline.errors import VaultError
from intel_pipeline.vault import Vault, open_vault, rotate_keys
from intel_pipeline.vault_keys import KEY_FILE, POINTER, KeyringEntry, keeper_of, make_key_file
from intel_pipeline_tests.keyrings import BrokenKeyring, FileKeyring, ForgetfulKeyring, LockedKeyring

COOKIES = {"username": "plain.viewer", "cookies": {"sessionid": "77%3AcAnArY%3A12"}}


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[FileKeyring]:
    """The keyring of this user, until the test is over."""
    before = keyring.get_keyring()
    ring = FileKeyring(tmp_path / "keyring.json")
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path: Path, ring: FileKeyring) -> Path:
    """A vault with its key in the keyring, and a record."""
    folder = tmp_path / "vault"
    folder.mkdir()
    make_key_file(folder, "keyring")
    open_vault(folder, None).seal("desk", COOKIES)
    return folder


def test_a_key_in_the_keyring_opens_what_it_sealed_and_is_nowhere_in_the_folder(
    folder: Path, ring: FileKeyring
) -> None:
    vault = open_vault(folder, None)
    assert vault.unseal("desk") == COOKIES
    assert list(ring.kept().values()) == list(vault.keys)
    assert not [path for path in folder.iterdir() if vault.keys[0].encode() in path.read_bytes()]
    pointer = folder / KEY_FILE
    assert pointer.read_text().startswith(POINTER)
    assert stat.S_IMODE(pointer.stat().st_mode) == 0o600
    assert str(keeper_of(folder)) == "the OS keyring (a file of the tests)"


def test_two_vaults_of_one_user_have_an_entry_each(folder: Path, ring: FileKeyring, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_key_file(other, "keyring")
    assert len({*ring.kept().values()}) == 2
    assert open_vault(folder, None).keys != open_vault(other, None).keys


@pytest.mark.parametrize("place", ["file", "keyring"])
def test_no_second_key_is_made_where_there_is_one(folder: Path, ring: FileKeyring, place: str) -> None:
    before = (ring.kept(), (folder / KEY_FILE).read_bytes())
    assert make_key_file(folder, place) is None  # type: ignore[arg-type]
    assert (ring.kept(), (folder / KEY_FILE).read_bytes()) == before


def test_keys_that_are_given_come_before_the_keyring_which_is_not_even_asked(folder: Path, ring: FileKeyring) -> None:
    key = open_vault(folder, None).keys[0]
    keyring.set_keyring(LockedKeyring(ring.file))
    assert open_vault(folder, key).unseal("desk") == COOKIES


# What may stand in the place of the keyring that has the key, or is to have it.
OTHERS: dict[str, Callable[[FileKeyring], KeyringBackend]] = {
    "away": lambda _: fail.Keyring(),
    "locked": lambda ring: LockedKeyring(ring.file),
    "broken": lambda ring: BrokenKeyring(ring.file),
    "somebody else's": lambda ring: FileKeyring(ring.file.with_name("another")),
    "null": lambda _: null.Keyring(),
    "forgetful": lambda ring: ForgetfulKeyring(ring.file.with_name("another")),
}


@pytest.mark.parametrize(
    ("other", "problem", "fix"),
    [
        ("away", "none can be reached from here", "a desktop session, not a service or ssh"),
        ("locked", "the OS keyring is locked", "unlock it and run this again"),
        ("broken", "the OS keyring failed.*: ConnectionResetError", "keyring diagnose"),
        ("somebody else's", "has no entry", "log in as the user whose keyring"),
        ("null", "has no entry", "log in as the user whose keyring"),
    ],
)
def test_a_keyring_that_does_not_answer_is_an_error_with_the_way_out_and_no_new_key_is_made(
    folder: Path, ring: FileKeyring, other: str, problem: str, fix: str
) -> None:
    before = (folder / KEY_FILE).read_bytes()
    keyring.set_keyring(OTHERS[other](ring))
    for act in (lambda: open_vault(folder, None), lambda: rotate_keys(folder)):
        with pytest.raises(VaultError, match=problem) as caught:
            act()
        assert fix in caught.value.fix
        assert "INTEL_VAULT_KEYS" in caught.value.fix
    assert make_key_file(folder) is None
    assert (folder / KEY_FILE).read_bytes() == before
    keyring.set_keyring(ring)
    assert open_vault(folder, None).unseal("desk") == COOKIES


@pytest.mark.parametrize("other", ["away", "locked", "broken", "null", "forgetful"])
def test_a_keyring_that_keeps_nothing_leaves_no_trace_of_a_key(tmp_path: Path, ring: FileKeyring, other: str) -> None:
    keyring.set_keyring(OTHERS[other](ring))
    with pytest.raises(VaultError):
        make_key_file(tmp_path, "keyring")
    assert not (tmp_path / KEY_FILE).exists()


def test_without_the_package_it_is_said_how_to_install_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(VaultError, match="is not installed") as caught:
        open_vault(folder, None)
    assert "pip install 'intel-pipeline[keyring]'" in caught.value.fix


def test_a_malformed_key_in_the_keyring_is_refused_like_any_other(folder: Path, ring: FileKeyring) -> None:
    (name,) = ring.kept()
    ring.set_password(*name.split("/"), "not a key")
    with pytest.raises(VaultError, match="a vault key is malformed"):
        open_vault(folder, None)


def test_a_pointer_that_others_may_change_is_refused(folder: Path) -> None:
    (folder / KEY_FILE).chmod(0o622)
    with pytest.raises(VaultError, match="others may read the vault key"):
        open_vault(folder, None)


def test_rotating_writes_the_new_key_back_into_the_same_entry(folder: Path, ring: FileKeyring) -> None:
    before, pointer = open_vault(folder, None), (folder / KEY_FILE).read_bytes()
    rotated = rotate_keys(folder)
    assert rotated.keys != before.keys
    assert list(ring.kept().values()) == list(rotated.keys)
    assert (folder / KEY_FILE).read_bytes() == pointer
    assert open_vault(folder, None).unseal("desk") == COOKIES
    with pytest.raises(VaultError, match="was sealed with the key"):
        before.unseal("desk")


def test_a_rotation_that_is_cut_short_can_open_everything_and_goes_on(folder: Path, ring: FileKeyring) -> None:
    open_vault(folder, None).seal("annex", COOKIES)
    damaged = folder / "desk.json"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-9])
    with pytest.raises(VaultError, match="'desk' is damaged"):
        rotate_keys(folder)
    damaged.write_bytes(whole)
    both = open_vault(folder, None)
    assert len(both.keys) == 2
    assert [both.unseal(name) for name in ("annex", "desk")] == [COOKIES] * 2
    assert len(rotate_keys(folder).keys) == 1


def test_a_key_is_moved_by_rotating_it_to_the_other_place_and_back(folder: Path, ring: FileKeyring) -> None:
    filed = rotate_keys(folder, "file")
    assert (folder / KEY_FILE).read_text().splitlines() == list(filed.keys)
    assert ring.kept() == {}
    moved = rotate_keys(folder, "keyring")
    assert isinstance(keeper_of(folder), KeyringEntry)
    assert list(ring.kept().values()) == list(moved.keys)
    assert open_vault(folder, None).unseal("desk") == COOKIES
    assert rotate_keys(folder, "keyring").keys == tuple(ring.kept().values())


def test_a_key_that_cannot_be_moved_into_a_keyring_stays_in_its_file(tmp_path: Path, ring: FileKeyring) -> None:
    make_key_file(tmp_path)
    open_vault(tmp_path, None).seal("desk", COOKIES)
    before = Vault(tmp_path, open_vault(tmp_path, None).keys)
    keyring.set_keyring(LockedKeyring(ring.file))
    with pytest.raises(VaultError, match="is locked"):
        rotate_keys(tmp_path, "keyring")
    assert open_vault(tmp_path, None).keys == before.keys
    assert before.unseal("desk") == COOKIES
