import json
from collections.abc import Iterator
from datetime import timedelta

import keyring
import pytest
from keyring.backends import fail

from intel_pipeline.cli.console import opened
from intel_pipeline.cli.sessions import refuse_beyond_budget
from intel_pipeline.errors import IntelError, SessionError, VaultError
from intel_pipeline.instagram.errors import LoginNeededError, ThrottledError
from intel_pipeline.instagram.pace import OTHER
from intel_pipeline.instagram.session import LOGIN_REQUESTS
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.simulator.demo_world import DEMO_VIEWER
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.keyrings import FileKeyring
from intel_pipeline_tests.worlds import small_pipeline


def test_a_password_is_typed_at_a_prompt_and_kept_nowhere(demo):
    username, password = DEMO_VIEWER
    result = run("sessions", "login", "second", "--username", username, input=f"{password}\n")
    assert "sealed" in result.stdout
    assert password not in result.output
    needle = password.encode()
    assert [path for path in demo.rglob("*") if path.is_file() and needle in path.read_bytes()] == []
    assert {session["session"] for session in answer("sessions", "list", "--json")} == {"demo", "second"}
    run("sessions", "remove", "second")
    assert {session["session"] for session in answer("sessions", "list", "--json")} == {"demo"}


def test_a_wrong_password_is_said_to_be_wrong(demo):
    with pytest.raises(IntelError, match="refused the password"):
        run("sessions", "login", "third", "--username", DEMO_VIEWER[0], input="not it\n")


def test_a_session_that_exists_is_taken_in_under_the_name_of_whoever_it_is(demo, tmp_path):
    with opened() as pipeline:
        cookies = pipeline.vault().unseal("demo")["cookies"]
        spent = pipeline.registry.ledger.spent("taken")
    pasted = json.dumps([{"name": name, "value": value} for name, value in cookies.items()])
    assert f"of {DEMO_VIEWER[0]} is sealed" in run("sessions", "import", "taken", "-", input=pasted).stdout
    assert f"answers as {DEMO_VIEWER[0]}" in run("sessions", "test", "taken").stdout
    with opened() as pipeline:
        assert pipeline.vault().unseal("taken")["cookies"]["sessionid"] == cookies["sessionid"]
        assert pipeline.registry.ledger.spent("taken") == spent + 2
    run("sessions", "remove", "taken")


def test_cookies_of_a_session_that_has_ended_are_not_taken_in(demo, tmp_path):
    file = tmp_path / "cookies.json"
    file.write_text(json.dumps({"sessionid": "1%3Aended%3A1", "csrftoken": "x"}))
    with pytest.raises(LoginNeededError):
        run("sessions", "import", "ended", str(file))
    assert "ended" not in {session["session"] for session in answer("sessions", "list", "--json")}
    assert not (demo / "vault" / "ended.json").exists()


def test_a_stopped_session_is_not_tested_and_a_cooling_one_neither(demo):
    with opened() as pipeline:
        sealed = pipeline.vault().unseal("demo")
        for name in ("halted", "hot"):
            pipeline.vault().seal(name, sealed)
        pipeline.registry.sessions.stop("halted", "a checkpoint awaits its owner")
        pipeline.registry.sessions.cool("hot", pipeline.clock.now() + timedelta(hours=1))
    with pytest.raises(IntelError, match="'halted' is stopped: a checkpoint"):
        run("sessions", "test", "halted")
    with pytest.raises(IntelError, match="'hot' cools down until"):
        run("sessions", "test", "hot")
    with opened() as pipeline:
        assert pipeline.registry.ledger.spent("halted") == pipeline.registry.ledger.spent("hot") == 0
    for name in ("halted", "hot"):
        run("sessions", "remove", name)


def test_a_session_that_is_found_dead_when_tested_is_stopped(demo):
    with opened() as pipeline:
        cookies = {**pipeline.vault().unseal("demo")["cookies"], "sessionid": "1%3Aended%3A1"}
        pipeline.vault().seal("dead", {"username": "somebody", "cookies": cookies})
        pipeline.registry.sessions.welcome("dead", "somebody")
    with pytest.raises(LoginNeededError):
        run("sessions", "test", "dead")
    with opened() as pipeline:
        assert pipeline.registry.sessions.state("dead").stopped_because
    run("sessions", "remove", "dead")


def test_the_key_is_rotated_and_every_session_still_opens(demo):
    before = (demo / "vault" / "key").read_bytes()
    assert ": demo" in run("vault", "rotate").stdout
    assert (demo / "vault" / "key").read_bytes() != before
    assert answer("vault", "check", "--json") == [{"session": "demo", "state": "opens", "what_now": None}]
    assert "answers as" in run("sessions", "test", "demo").stdout


def test_a_check_of_the_vault_names_what_cannot_be_opened(folder):
    run("vault", "init")
    with opened() as pipeline:
        pipeline.vault().seal("desk", {"username": "desk", "cookies": {}})
    (folder / "vault" / "key").unlink()
    run("vault", "init")
    result = run("vault", "check")
    assert result.exit_code == VaultError.exit_code
    assert "was sealed with the key" in result.stdout


def test_a_breaker_is_closed_once_its_operator_has_acted_and_the_session_answers(demo):
    def stopped(name: str) -> str | None:
        with opened() as pipeline:
            return pipeline.registry.sessions.state(name).stopped_because

    with opened() as pipeline:
        pipeline.registry.sessions.stop("demo", "a checkpoint awaits its owner")
    assert run("breaker", "close", "demo", input="n\n").exit_code == 1
    assert stopped("demo") == "a checkpoint awaits its owner"
    assert "answers as" in run("breaker", "close", "demo", input="y\n").stdout
    assert stopped("demo") is None
    assert "is closed" in run("breaker", "close", "demo").stdout

    with opened() as pipeline:
        sealed = pipeline.vault().unseal("demo")
        cookies = {**sealed["cookies"], "sessionid": "1%3Aended%3A1"}
        pipeline.vault().seal("dead", {**sealed, "cookies": cookies})
        pipeline.registry.sessions.stop("dead", "logged out")
    with pytest.raises(LoginNeededError):
        run("breaker", "close", "dead", "--yes")
    assert stopped("dead")
    run("sessions", "remove", "dead")


def test_the_breaker_of_a_session_that_is_not_there_cannot_be_closed(demo):
    with pytest.raises(VaultError, match="no session 'nobody'"):
        run("breaker", "close", "nobody")


def test_a_login_waits_for_the_cool_down_before_it_asks_for_a_password(demo):
    with opened() as pipeline:
        until = pipeline.clock.now() + timedelta(hours=1)
        pipeline.registry.sessions.cool("hasty", until)
    with pytest.raises(ThrottledError, match=f"'hasty' cools down until {until:%Y-%m-%d %H:%M} UTC"):
        run("sessions", "login", "hasty")
    with opened() as pipeline:
        assert pipeline.registry.ledger.spent("hasty") == 0
        pipeline.registry.sessions.forget("hasty")


def test_a_login_that_its_budget_would_end_half_way_is_not_begun(tmp_path):
    pipeline = small_pipeline(tmp_path, [], requests_per_window=6, longest_wait=30)
    desk = pipeline.session("desk")
    for _ in range(2):
        refuse_beyond_budget(desk, LOGIN_REQUESTS)
        pipeline.registry.ledger.reserve(Wanted("desk", OTHER), desk.limits, 30)
    refuse_beyond_budget(desk, LOGIN_REQUESTS)
    pipeline.registry.ledger.reserve(Wanted("desk", OTHER), desk.limits, 30)
    with pytest.raises(ThrottledError, match="used its budget of 6 requests of one kind in eleven minutes, until"):
        refuse_beyond_budget(desk, LOGIN_REQUESTS)


@pytest.mark.parametrize(
    ("asked", "words", "typed"),
    [
        ("log_in", ("login", "pushed"), "a password\n"),
        ("owner", ("import", "pushed", "-"), '{"sessionid": "x", "csrftoken": "y"}'),
    ],
)
def test_a_login_and_an_import_that_are_throttled_cool_their_session_down(demo, monkeypatch, asked, words, typed):
    def throttled(*_: object) -> None:
        problem = "Instagram answered 429"
        raise ThrottledError(problem, 666)

    monkeypatch.setattr(f"intel_pipeline.instagram.session.{asked}", throttled)
    with pytest.raises(ThrottledError):
        run("sessions", *words, input=typed)
    with opened() as pipeline:
        assert pipeline.registry.sessions.cooling("pushed") == pipeline.clock.now() + timedelta(seconds=666)
        pipeline.registry.sessions.forget("pushed")


def test_a_login_says_what_the_session_is_used_for_and_the_operator_changes_it(folder, tmp_path):
    with opened() as pipeline:
        pipeline.registry.sessions.welcome("desk", "plain.viewer")
        pipeline.registry.sessions.welcome("annex", "second.viewer")
    assert "is used for own" in run("sessions", "use", "annex", "--for", "own").stdout
    assert run("sessions", "use", "desk", "--for", "nothing").stderr.startswith("It is not used")
    run("targets", "add", "nasa", "esa")
    assert "read by the session 'annex' alone" in run("targets", "assign", "nasa", "--session", "annex").stdout
    told = {one["session"]: one for one in answer("sessions", "list", "--json")}
    assert {name: (one["used_for"], one["own_targets"]) for name, one in told.items()} == {
        "annex": ("own", 1),
        "desk": ("nothing", 0),
    }
    assert "Targets of any session: 1" in run("sessions", "list").stderr
    assert "read by any session" in run("targets", "assign", "nasa", "--any").stdout
    assert {one["session"] for one in answer("targets", "list", "--json")} == {None}


def test_targets_are_assigned_to_sessions_that_there_are_and_to_one_or_any(folder):
    run("targets", "add", "nasa")
    for words in (("add", "esa", "--session", "nobody"), ("assign", "nasa", "--session", "nobody")):
        with pytest.raises(SessionError, match="no session 'nobody'"):
            run("targets", *words)
    assert run("targets", "assign", "nasa").exit_code == 2
    assert run("targets", "assign", "nasa", "--any", "--session", "desk").exit_code == 2
    assert [one["label"] for one in answer("targets", "list", "--json")] == ["nasa"]


def test_a_session_that_is_removed_names_the_targets_that_no_session_reads_now(demo):
    with opened() as pipeline:
        pipeline.vault().seal("leaving", pipeline.vault().unseal("demo"))
        pipeline.registry.sessions.welcome("leaving", "somebody")
    run("targets", "assign", "small", "--session", "leaving")
    assert "No session reads small now" in run("sessions", "remove", "leaving").stderr
    run("targets", "assign", "small", "--any")


def test_no_session_can_have_the_name_of_asking_without_one(demo):
    for words in (("login", "logged-out"), ("import", "logged-out", "-")):
        with pytest.raises(SessionError, match="cannot name a session"):
            run("sessions", *words, input="{}")


def test_what_a_login_sends_is_on_the_ledger(demo):
    username, password = DEMO_VIEWER
    run("sessions", "login", "counted", "--username", username, input=f"{password}\n")
    with opened() as pipeline:
        assert pipeline.registry.ledger.spent("counted") == 3
    run("sessions", "remove", "counted")


def test_limits_of_its_own_are_set_shown_and_dropped(folder):
    with opened() as pipeline:
        pipeline.registry.sessions.welcome("desk", "plain.viewer")

    def figures(*words: str) -> dict[str, tuple[int, bool]]:
        return {one["limit"]: (one["in_force"], one["own"]) for one in answer("sessions", "limits", "desk", *words)}

    assert figures("--hour", "90", "--followers-hour", "30", "--json")["requests in an hour"] == (90, True)
    assert figures("--identities", "5000", "--json")["requests for followers in an hour"] == (30, True)
    assert run("status").stdout.count("*") == 3
    with pytest.raises(SessionError, match="500 requests in an hour cannot be a limit"):
        run("sessions", "limits", "desk", "--posts-hour", "20", "--hour", "500")
    assert figures("--json")["requests for posts in an hour"] == (60, False)
    dropped = figures("--default", "--interval", "5", "--json")
    assert {limit for limit, (_, own) in dropped.items() if own} == {"seconds between two requests"}
    with pytest.raises(SessionError, match="no session 'nobody'"):
        run("sessions", "limits", "nobody")


@pytest.fixture
def ring(tmp_path) -> Iterator[FileKeyring]:
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring(tmp_path / "keyring.json"))
    yield keyring.get_keyring()
    keyring.set_keyring(before)


def test_a_key_can_be_kept_in_the_keyring_and_the_check_says_where_it_came_from(folder, ring, monkeypatch):
    assert "the OS keyring (a file of the tests)" in run("vault", "init", "--keyring").stdout
    with opened() as pipeline:
        pipeline.vault().seal("desk", {"username": "desk", "cookies": {}})
    assert "There is a key already, in the OS keyring" in run("vault", "init").stdout
    run("init")
    assert "from the OS keyring (a file of the tests):" in run("vault", "check").stderr
    assert "it is in the OS keyring" in run("vault", "rotate").stderr
    assert answer("vault", "check", "--json")[0]["state"] == "opens"
    assert f"it is in the key file {folder / 'vault' / 'key'}" in run("vault", "rotate", "--to", "file").stderr
    assert "from the key file" in run("vault", "check").stderr
    assert ring.kept() == {}
    monkeypatch.setenv("INTEL_VAULT_KEYS", (folder / "vault" / "key").read_text().strip())
    assert "from INTEL_VAULT_KEYS" in run("vault", "check").stderr
    with pytest.raises(VaultError, match="whoever sets it keeps the key"):
        run("vault", "rotate", "--to", "keyring")


def test_a_keyring_that_is_away_is_said_to_be_so_and_init_makes_no_other_key(folder, ring):
    run("vault", "init", "--keyring")
    keyring.set_keyring(fail.Keyring())
    pointer = (folder / "vault" / "key").read_bytes()
    for words in (("vault", "check"), ("vault", "rotate"), ("sessions", "login", "desk")):
        with pytest.raises(VaultError, match="none can be reached from here"):
            run(*words, input="typed\n")
    run("init")
    assert (folder / "vault" / "key").read_bytes() == pointer
