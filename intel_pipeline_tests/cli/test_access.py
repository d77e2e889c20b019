"""Users and keys on the command line."""

import getpass

import pytest

from intel_pipeline.cli.console import opened
from intel_pipeline.errors import AccessError
from intel_pipeline.registry.audit import Sought
from intel_pipeline.web.access.passwords import matches
from intel_pipeline.web.access.tokens import KEY, digest
from intel_pipeline_tests.cli.commands import answer, run


def told() -> list[tuple[str | None, str, str, str | None]]:
    with opened() as pipeline:
        entries = list(pipeline.registry.audit.all(Sought()))
    return [(entry.who, entry.by, entry.what, entry.about) for entry in reversed(entries)]


def password_of(name: str) -> str:
    with opened() as pipeline:
        return pipeline.registry.users.get(name).password


def test_a_user_is_added_with_a_password_that_is_typed_twice_and_shown_never(folder):
    done = run("user", "add", "Ada", "--role", "admin", input="nine brass lanterns\nnine brass lanterns\n")
    assert "ada may sign in, as an admin" in done.output
    assert "lanterns" not in done.output
    assert matches("nine brass lanterns", password_of("ada"))
    (user,) = answer("user", "list", "--json")
    assert (user["name"], user["role"], user["disabled"], user["last_seen_at"]) == ("ada", "admin", False, None)
    assert told() == [(getpass.getuser(), "command", "user added", "ada: admin")]


def test_scripts_hand_a_password_over_in_a_file_or_on_standard_input(folder, tmp_path):
    (tmp_path / "secret").write_text("seven tin whistles\nwhat else is there\n")
    run("user", "add", "vic", "--password-file", str(tmp_path / "secret"))
    assert matches("seven tin whistles", password_of("vic"))
    run("user", "password", "vic", "--password-file", "-", input="four slate rooftops\n")
    assert matches("four slate rooftops", password_of("vic"))
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(AccessError, match="first line of the file is empty"):
        run("user", "password", "vic", "--password-file", str(tmp_path / "secret"))


def test_a_name_that_is_taken_is_refused_before_a_password_is_asked_for(folder):
    run("user", "add", "ada", "--password-file", "-", input="nine brass lanterns\n")
    with pytest.raises(AccessError, match="there is a user 'ada' already"):
        run("user", "add", "ada", input="")
    with pytest.raises(AccessError, match="too short"):
        run("user", "add", "vic", "--password-file", "-", input="brief\n")
    assert [user["name"] for user in answer("user", "list", "--json")] == ["ada"]


def test_roles_are_given_and_users_disabled_and_removed_but_for_the_last_admin(folder):
    for name, role in (("ada", "admin"), ("vic", "viewer")):
        run("user", "add", name, "--role", role, "--password-file", "-", input="nine brass lanterns\n")
    for words in (("role", "ada", "viewer"), ("disable", "ada"), ("remove", "ada")):
        with pytest.raises(AccessError, match="'ada' is the last admin"):
            run("user", *words)
    run("user", "role", "vic", "admin")
    run("user", "disable", "ada")
    assert [(user["role"], user["disabled"]) for user in answer("user", "list", "--json")] == [
        ("admin", True),
        ("admin", False),
    ]
    run("user", "enable", "ada")
    run("user", "remove", "vic")
    assert [user["name"] for user in answer("user", "list", "--json")] == ["ada"]
    assert run("user", "role", "ada", "king").exit_code == 2


def test_a_key_alone_is_on_standard_output_this_once(folder):
    done = run("key", "add", "nightly", "--scope", "run", "--scope", "read", "--days", "30")
    key = done.stdout.strip()
    assert KEY.fullmatch(key)
    with opened() as pipeline:
        (known,) = pipeline.registry.api_keys.all()
    assert (known.digest, known.scopes, known.added_by) == (digest(key), ["read", "run"], getpass.getuser())
    assert "may read, run, until" in done.stderr
    listed = run("key", "list")
    assert key not in listed.output
    assert "valid" in listed.output
    run("key", "revoke", "nightly")
    assert [one["state"] for one in answer("key", "list", "--json")] == ["revoked"]
    with pytest.raises(AccessError, match="no key 'nightly' that could be revoked"):
        run("key", "revoke", "nightly")


def test_without_a_scope_a_key_may_read_and_an_unknown_scope_is_refused(folder):
    run("key", "add", "plain")
    assert [(one["scopes"], one["expires_at"]) for one in answer("key", "list", "--json")] == [("read", None)]
    with pytest.raises(AccessError, match="there is no scope 'walk'"):
        run("key", "add", "other", "--scope", "walk")


def test_empty_lists_say_how_to_begin(folder):
    assert "intel-pipeline user add NAME --role admin" in run("user", "list").stderr
    assert "intel-pipeline key add NAME" in run("key", "list").stderr
