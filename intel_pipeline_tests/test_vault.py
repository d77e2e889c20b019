import base64
import hashlib
import json
import os
import stat
from pathlib import Path
from traceback import format_exception

import pytest

from intel_pipeline.errors import VaultError
from intel_pipeline.vault import Vault, open_vault, rotate_keys
from intel_pipeline.vault_keys import KEY_FILE, key_id, make_key_file

COOKIES = {"username": "plain.viewer", "cookies": {"sessionid": "77%3AcAnArY%3A12", "csrftoken": "tOkEn"}}


def made_key(name: str) -> str:
    """Return the same key each time: tests are named by it, and workers must agree on their names."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode()


KEY, OTHER = made_key("one"), made_key("other")
RAW = base64.urlsafe_b64decode(KEY)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = open_vault(tmp_path, KEY)
    vault.seal("desk", COOKIES)
    return vault


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_sealed_is_unsealed_by_the_same_key_in_another_process(vault: Vault) -> None:
    assert open_vault(vault.folder, KEY).unseal("desk") == COOKIES
    assert vault.names() == ["desk"]


def test_sealing_again_replaces_the_record_and_forgetting_deletes_it(vault: Vault) -> None:
    vault.seal("desk", {"cookies": {}})
    assert vault.unseal("desk") == {"cookies": {}}
    vault.forget("desk")
    vault.forget("desk")
    assert list(vault.folder.iterdir()) == []


def test_nothing_of_the_content_and_no_key_can_be_read_in_the_folder(vault: Vault) -> None:
    for path in vault.folder.rglob("*"):
        content = path.read_bytes()
        for secret in ("cAnArY", "tOkEn", "sessionid", "plain.viewer", KEY):
            assert secret.encode() not in content
            assert base64.b64encode(secret.encode())[:-4] not in content


def test_only_its_owner_may_read_a_record_whatever_the_umask_allows(vault: Vault) -> None:
    before = os.umask(0)
    try:
        vault.seal("annex", COOKIES)
        make_key_file(vault.folder)
    finally:
        os.umask(before)
    assert {path.name: mode(path) for path in vault.folder.iterdir()} == {
        "desk.json": 0o600,
        "annex.json": 0o600,
        KEY_FILE: 0o600,
    }


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("", "it has 0 characters and should have 44"),
        ("   ", "it has 0 characters"),
        (KEY[:-1], "one '=' is missing at its end"),
        (made_key("third")[:-1], "one '=' is missing at its end"),
        (f"b'{KEY}'", "Python bytes literal"),
        (f'b"{KEY}"', "Python bytes literal"),
        (RAW.hex(), "it is written in hex"),
        (RAW.hex().upper(), "it is written in hex"),
        ("a passphrase of 32 characters ..", "it has 32 characters"),
        ("correct horse battery staple", "it has 28 characters"),
        (base64.b64encode(KEY.encode()).decode(), "it has 60 characters"),
        (base64.b64encode(RAW[:31]).decode() + "=", "should have 44, of the url-safe base64 alphabet"),
        (KEY[:20] + "+" + KEY[21:], "it has 44 characters and should have 44, of the url-safe base64 alphabet"),
        (f"{KEY} {OTHER}", "it has 89 characters"),
        (f"{KEY},", "it has 0 characters"),
        (f"{KEY},{OTHER[:-1]}", "one '=' is missing"),
    ],
)
def test_a_malformed_key_is_refused_with_what_is_wrong_and_never_quoted(tmp_path: Path, given: str, wrong: str) -> None:
    with pytest.raises(VaultError, match="a vault key is malformed") as caught:
        open_vault(tmp_path, given)
    assert wrong in caught.value.problem
    assert "init --show-new-key" in caught.value.fix
    told = "".join(format_exception(caught.value))
    assert all(part not in told for part in given.replace(",", " ").split() if len(part) > 15)


@pytest.mark.parametrize("given", [f" {KEY}\n", f'"{KEY}"', f"'{KEY}'", f"{OTHER}, {KEY}"])
def test_blanks_and_quotes_around_a_key_do_no_harm(vault: Vault, given: str) -> None:
    assert open_vault(vault.folder, given).unseal("desk") == COOKIES


def test_a_wrong_key_is_told_from_a_damaged_record_by_its_short_name(vault: Vault) -> None:
    with pytest.raises(VaultError, match="was sealed with the key") as caught:
        open_vault(vault.folder, OTHER).unseal("desk")
    assert key_id(KEY) in caught.value.problem
    assert f"loaded: {key_id(OTHER)}" in caught.value.problem
    assert KEY[:8] not in str(caught.value)
    assert "INTEL_VAULT_KEYS" in caught.value.fix


def test_a_record_that_was_altered_or_cut_anywhere_is_damaged_and_the_key_is_not_blamed(vault: Vault) -> None:
    path = vault.folder / "desk.json"
    content = path.read_bytes()
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        with pytest.raises(VaultError, match="is damaged; the key is not at fault"):
            vault.unseal("desk")
    record = json.loads(content)
    for place in range(0, len(record["token"]), 13):
        token = record["token"]
        other = "A" if token[place] != "A" else "B"
        path.write_text(json.dumps({**record, "token": token[:place] + other + token[place + 1 :]}))
        with pytest.raises(VaultError, match="is damaged"):
            vault.unseal("desk")


@pytest.mark.parametrize("content", ["[]", "{}", '"text"', "null", '{"key_id": 5, "token": 5}', "\x00"])
def test_a_record_that_is_none_is_damaged(vault: Vault, content: str) -> None:
    (vault.folder / "desk.json").write_text(content)
    with pytest.raises(VaultError, match="is damaged"):
        vault.unseal("desk")


def test_records_that_were_swapped_are_damaged(vault: Vault) -> None:
    vault.seal("annex", {"username": "other.viewer"})
    annex, desk = vault.folder / "annex.json", vault.folder / "desk.json"
    ours, theirs = desk.read_bytes(), annex.read_bytes()
    desk.write_bytes(theirs)
    annex.write_bytes(ours)
    for name in ("annex", "desk"):
        with pytest.raises(VaultError, match=f"session '{name}' is damaged"):
            vault.unseal(name)


def test_a_key_is_rotated_by_putting_the_new_one_in_front(vault: Vault) -> None:
    both = open_vault(vault.folder, f"{OTHER},{KEY}")
    assert both.unseal("desk") == COOKIES
    both.seal("desk", both.unseal("desk"))
    assert open_vault(vault.folder, OTHER).unseal("desk") == COOKIES
    with pytest.raises(VaultError, match="was sealed with the key"):
        open_vault(vault.folder, KEY).unseal("desk")


def test_without_a_key_there_is_no_vault(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="there is no vault key") as caught:
        open_vault(tmp_path, None)
    assert "`intel-pipeline init` makes one" in caught.value.fix


def test_the_key_file_is_made_once_and_found_again(tmp_path: Path) -> None:
    made = make_key_file(tmp_path)
    assert made == tmp_path / KEY_FILE
    open_vault(tmp_path, None).seal("desk", COOKIES)
    content = made.read_bytes()
    assert make_key_file(tmp_path) is None
    assert made.read_bytes() == content
    assert open_vault(tmp_path, None).unseal("desk") == COOKIES


@pytest.mark.parametrize("open_to", [0o644, 0o640, 0o602])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, open_to: int) -> None:
    made = make_key_file(tmp_path)
    assert made is not None
    made.chmod(open_to)
    with pytest.raises(VaultError, match="others may read the vault key") as caught:
        open_vault(tmp_path, None)
    assert "chmod 600" in caught.value.fix


@pytest.mark.parametrize("content", ["", KEY[:-1], "schlüssel"])
def test_a_key_file_with_a_malformed_key_is_refused(tmp_path: Path, content: str) -> None:
    made = make_key_file(tmp_path)
    assert made is not None
    made.write_text(content, encoding="utf-8")
    with pytest.raises(VaultError, match="a vault key is malformed"):
        open_vault(tmp_path, None)


@pytest.mark.parametrize("name", ["", "../key", "Desk", "a/b", ".hidden", "x" * 61, "é"])
def test_what_cannot_be_a_file_of_its_own_is_no_name(vault: Vault, name: str) -> None:
    for act in (vault.unseal, vault.forget, lambda name: vault.seal(name, COOKIES)):
        with pytest.raises(VaultError, match="cannot name a session"):
            act(name)
    assert vault.names() == ["desk"]


def test_an_unknown_record_is_refused_with_those_that_are_there(vault: Vault) -> None:
    with pytest.raises(VaultError, match="holds no session 'annex'") as caught:
        vault.unseal("annex")
    assert caught.value.fix == "`intel-pipeline sessions login annex` makes it; there now: desk"


def test_a_temporary_file_that_a_kill_left_behind_does_not_hinder_the_next_one(vault: Vault) -> None:
    (vault.folder / ".desk.json.0123abcd.tmp").write_text("half")
    vault.seal("desk", COOKIES)
    assert vault.unseal("desk") == COOKIES
    assert [path.name for path in vault.folder.iterdir()] == ["desk.json"]


@pytest.fixture
def filed(tmp_path: Path) -> Vault:
    """A vault with a key file and two records."""
    make_key_file(tmp_path)
    vault = open_vault(tmp_path, None)
    vault.seal("annex", COOKIES)
    vault.seal("desk", COOKIES)
    return vault


def test_rotating_the_key_file_seals_everything_anew_and_leaves_one_key(filed: Vault) -> None:
    rotated = rotate_keys(filed.folder)
    assert rotated.keys != filed.keys
    assert open_vault(filed.folder, None).keys == rotated.keys
    assert [open_vault(filed.folder, None).unseal(name) for name in ("annex", "desk")] == [COOKIES] * 2
    assert mode(filed.folder / KEY_FILE) == 0o600
    assert sorted(path.name for path in filed.folder.iterdir()) == ["annex.json", "desk.json", KEY_FILE]
    with pytest.raises(VaultError, match="was sealed with the key"):
        filed.unseal("desk")


def test_rotating_that_meets_a_damaged_record_loses_nothing_and_goes_on_once_that_is_gone(filed: Vault) -> None:
    damaged, whole = filed.folder / "desk.json", (filed.folder / "desk.json").read_bytes()
    damaged.write_bytes(whole[:-9])
    with pytest.raises(VaultError, match="'desk' is damaged"):
        rotate_keys(filed.folder)
    assert len(open_vault(filed.folder, None).keys) == 2
    assert open_vault(filed.folder, None).unseal("annex") == COOKIES
    damaged.write_bytes(whole)
    assert open_vault(filed.folder, None).unseal("desk") == COOKIES
    assert len(rotate_keys(filed.folder).keys) == 1
