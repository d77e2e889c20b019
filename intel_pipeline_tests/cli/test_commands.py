import json
import lzma
import os
import socket
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from intel_pipeline.cli.app import app
from intel_pipeline.cli.console import opened
from intel_pipeline.defs.running import open_instance
from intel_pipeline.demo import story
from intel_pipeline.errors import ArchiveError, IntelError, TargetError, VaultError
from intel_pipeline.instagram.errors import LoginNeededError
from intel_pipeline.instagram.source import SURFACES
from intel_pipeline.settings import load_settings

COMMANDS = (
    "init",
    "targets",
    "capture",
    "captures",
    "import",
    "changes",
    "sql",
    "status",
    "demo",
    "simulate",
    "settings",
    "sessions",
    "vault",
    "breaker",
)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty data folder that the commands use."""
    monkeypatch.setenv("INTEL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def run(*words: str, **options: object) -> Result:
    result = CliRunner().invoke(app, list(words), **options)
    if isinstance(result.exception, IntelError):
        raise result.exception
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def answer(*words: str) -> object:
    return json.loads(run(*words).stdout)


def test_help_names_every_command_and_the_first_steps():
    text = run("--help").stdout
    assert [name for name in COMMANDS if name not in text] == []
    assert "First steps" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    assert "Usage" in run(command, "--help").stdout


def test_a_misuse_ends_with_its_exit_code_and_says_what_to_do(folder):
    command = [sys.executable, "-m", "intel_pipeline", "targets", "pause", "nobody"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})  # noqa: S603  ours
    assert ended.returncode == TargetError.exit_code
    assert "there is no target 'nobody'" in ended.stderr
    assert "What now:" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_init_makes_folder_registry_and_key_once_and_only_for_their_owner(folder):
    assert "Vault key" in run("init").stdout
    key = (folder / "vault" / "key").read_bytes()
    assert "Vault key" not in run("init").stdout
    assert (folder / "vault" / "key").read_bytes() == key
    assert (folder / "vault" / "key").stat().st_mode & 0o077 == 0


def test_targets_come_pause_and_go(folder):
    run("targets", "add", "https://www.instagram.com/Tide.Tables/", "--label", "tides", "--purpose", "port authority")
    assert answer("targets", "list", "--json")[0] | {"added_at": ""} == {
        "label": "tides",
        "username": "tide.tables",
        "user_id": None,
        "state": "active",
        "added_at": "",
        "purpose": "port authority",
    }
    run("targets", "pause", "tides")
    assert answer("targets", "list", "--json")[0]["state"] == "paused"
    run("targets", "resume", "tide.tables")
    run("targets", "remove", "tides")
    assert answer("targets", "list", "--json") == []


@pytest.mark.parametrize("name", ["", "  ", "two words", "naïve", "a" * 31])
def test_a_name_that_no_account_can_have_is_refused(folder, name):
    with pytest.raises(TargetError, match="username"):
        run("targets", "add", name)


def test_a_target_is_added_once(folder):
    run("targets", "add", "tide.tables")
    with pytest.raises(TargetError, match="cannot be added"):
        run("targets", "add", "@TIDE.TABLES")


def test_settings_show_what_holds_and_hide_what_is_secret(folder, monkeypatch):
    key = "A" * 43 + "="
    monkeypatch.setenv("INTEL_VAULT_KEYS", key)
    shown = answer("settings", "--json")
    assert shown["INTEL_DATA_DIR"] == str(folder)
    assert shown["INTEL_VAULT_KEYS"] == "(hidden)"
    assert key not in run("settings").stdout


def test_capturing_without_a_target_says_how_to_add_one(folder):
    with pytest.raises(TargetError, match="no active target"):
        run("capture")


def test_a_query_before_anything_is_published_says_what_to_run(folder):
    with pytest.raises(IntelError, match="nothing has been published"):
        run("sql", "select 1")


def test_a_session_that_is_not_there_is_named(folder):
    run("init")
    with pytest.raises(VaultError, match="holds no session 'desk'"):
        load_session("desk")


def load_session(name: str) -> None:
    from intel_pipeline.pipeline import open_pipeline

    open_pipeline(load_settings()).vault().unseal(name)


def archived(folder: Path, day: str, **node: object) -> Path:
    profile = {
        "id": "4711",
        "username": "museum_of_tea",
        "full_name": "Museum of Tea",
        "biography": "Leaves.",
        "is_private": False,
        "is_verified": True,
        "edge_followed_by": {"count": 1204},
        "edge_follow": {"count": 80},
        **node,
    }
    path = folder / day / "museum_of_tea_4711.json.xz"
    path.parent.mkdir(parents=True)
    content = {"node": profile, "instaloader": {"version": "4.14", "node_type": "Profile"}}
    path.write_bytes(lzma.compress(json.dumps(content).encode()))
    return path


def manifest(folder: Path, *days: str) -> str:
    path = folder / "dates.csv"
    path.write_text("path,captured_at\n" + "".join(f"{day},{day}\n" for day in days))
    return str(path)


def test_an_archive_becomes_captures_of_a_paused_target_with_its_history_and_changes(folder, tmp_path):
    archive = tmp_path / "archive"
    archived(archive, "2021-04-13")
    archived(archive, "2023-01-01", edge_followed_by={"count": 2000}, biography="Leaves and pots.")
    dates = manifest(tmp_path, "2021-04-13", "2023-01-01")
    taken = answer("import", "archive", str(archive), "--manifest", dates, "--json")
    assert taken == {"new": 2, "known": 0, "targets": ["museum_of_tea"], "skipped": {}}
    history = answer("sql", "select follower_count, media_count from profile_history order by captured_at", "--json")
    assert history == [{"follower_count": 1204, "media_count": None}, {"follower_count": 2000, "media_count": None}]
    fields = {change["kind"] for change in answer("changes", "museum_of_tea", "--json")}
    assert fields == {"follower_count", "biography"}
    assert answer("targets", "list", "--json")[0]["state"] == "paused"


def test_an_import_opens_no_socket(folder, tmp_path, monkeypatch):
    archived(tmp_path / "archive", "2021-04-13")

    def refuse(*_: object, **__: object) -> None:
        message = "a socket was opened"
        raise AssertionError(message)

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    run("import", "archive", str(tmp_path / "archive"), "--captured-at", "2021-04-13")
    assert answer("sql", "select count(*) as n from profile_history", "--json") == [{"n": 1}]
    with pytest.raises(AssertionError, match="socket was opened"):
        socket.create_connection(("127.0.0.1", 9))


def test_importing_twice_or_in_another_order_changes_nothing(folder, tmp_path):
    late, early = tmp_path / "late", tmp_path / "early"
    archived(late, "2023-01-01", edge_followed_by={"count": 2000})
    archived(late, "2024-01-01", edge_followed_by={"count": 3000})
    archived(early, "2022-01-01", edge_followed_by={"count": 1500})
    dates = manifest(tmp_path, "2023-01-01", "2024-01-01")
    run("import", "archive", str(late), "--manifest", dates)
    run("import", "archive", str(early), "--captured-at", "2022-01-01")
    assert answer("import", "archive", str(late), "--manifest", dates, "--json")["known"] == 2
    steps = answer("sql", "select value_before, value_after from profile_changes order by not_after", "--json")
    assert steps == [
        {"value_before": "1500", "value_after": "2000"},
        {"value_before": "2000", "value_after": "3000"},
    ]


def test_a_missing_capture_time_is_asked_for_and_nothing_is_taken_in(folder, tmp_path):
    archived(tmp_path / "archive", "2021-04-13")
    with pytest.raises(ArchiveError, match="captured"):
        run("import", "archive", str(tmp_path / "archive"))
    assert answer("targets", "list", "--json") == []


def test_one_damaged_file_stops_an_import_before_anything_is_taken_in(folder, tmp_path):
    archived(tmp_path / "archive", "2021-04-13")
    path = archived(tmp_path / "archive", "2022-04-13")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntelError, match=r"museum_of_tea_4711\.json\.xz"):
        run("import", "archive", str(tmp_path / "archive"), "--captured-at", "2022-04-13")
    assert answer("targets", "list", "--json") == []


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory) -> Path:
    """A demo's folder with two days in it, its large target paused for speed."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    settings = load_settings(data_dir=folder)
    pipeline = story.prepare(settings, 7, 2, date(2026, 11, 23))
    pipeline.registry.targets.set_state("large", "paused")
    with open_instance(settings) as instance:
        list(story.live(pipeline, instance, 2, date(2026, 11, 23)))
    pipeline.registry.close()
    return folder


@pytest.fixture
def demo(demo_folder, monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("INTEL_DATA_DIR", str(demo_folder))
    monkeypatch.chdir(tmp_path)
    return demo_folder


def test_changes_can_be_narrowed_by_target_kind_and_day(demo):
    everything = answer("changes", "--json", "--limit", "1000")
    assert {change["kind"] for change in everything} >= {"followed", "left"}
    only = answer("changes", "business", "--kind", "followed", "--json")
    assert only
    assert {(change["target"], change["kind"]) for change in only} == {("business", "followed")}
    assert answer("changes", "--since", "2030-01-01", "--json") == []


def test_a_loss_that_one_capture_shows_is_suspected(demo):
    assert {change["state"] for change in answer("changes", "--kind", "left", "--json")} == {"suspected"}


def test_status_tells_round_session_publication_and_last_captures(demo):
    report = answer("status", "--json")
    assert (report["source"], report["due"], report["session"]) == ("simulated world (demo)", 0, "demo")
    assert {capture["verdict"] for capture in report["captures"]} == {"complete"}
    assert "business" in run("status").stdout


def test_sql_answers_as_table_json_and_csv(demo):
    question = "select target, count(*) as followers from followers where target = 'small' group by 1"
    rows = answer("sql", question, "--json")
    assert rows[0]["target"] == "small"
    assert run("sql", question, "--csv").stdout.splitlines()[0] == "target,followers"
    assert "small" in run("sql", question).stdout


@pytest.mark.parametrize(
    "statement",
    ["delete from followers", "create table x (a int)", "from read_csv('/etc/passwd')", "copy followers to 'x'"],
)
def test_sql_reads_the_publication_and_nothing_else(demo, statement):
    with pytest.raises(IntelError):
        run("sql", statement)


def test_a_wrong_query_is_answered_in_duckdbs_words_with_a_way_on(demo):
    with pytest.raises(IntelError, match="no_such_table") as caught:
        run("sql", "from no_such_table")
    assert "show all tables" in caught.value.fix


def test_capture_goes_on_with_the_open_round_and_tells_its_verdicts(demo):
    result = run("capture", "small")
    assert "complete" in result.stdout
    assert result.stdout.count("complete") >= len(SURFACES)


def test_real_captures_are_not_imported_into_a_demo(demo, tmp_path):
    archived(tmp_path / "archive", "2021-04-13")
    with pytest.raises(ArchiveError, match="holds a demo"):
        run("import", "archive", str(tmp_path / "archive"), "--captured-at", "2021-04-13")


def test_a_password_is_typed_at_a_prompt_and_kept_nowhere(demo):
    from intel_pipeline.simulator.demo_world import DEMO_VIEWER

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
    from intel_pipeline.simulator.demo_world import DEMO_VIEWER

    with pytest.raises(IntelError, match="refused the password"):
        run("sessions", "login", "third", "--username", DEMO_VIEWER[0], input="not it\n")


def test_a_session_that_exists_is_taken_in_under_the_name_of_whoever_it_is(demo, tmp_path):
    from intel_pipeline.simulator.demo_world import DEMO_VIEWER

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
