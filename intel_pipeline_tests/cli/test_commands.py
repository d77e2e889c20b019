import json
import lzma
import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from intel_pipeline.cli.console import opened
from intel_pipeline.errors import ArchiveError, IntelError, TargetError, VaultError
from intel_pipeline.pipeline import DEFAULT
from intel_pipeline.registry.ledger import Wanted
from intel_pipeline.settings import load_settings
from intel_pipeline_tests.cli.commands import answer, run

COMMANDS = (
    "init",
    "targets",
    "capture",
    "captures",
    "import",
    "changes",
    "sql",
    "export",
    "status",
    "demo",
    "simulate",
    "settings",
    "sessions",
    "vault",
    "breaker",
    "registry",
)


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
        "session": None,
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
    assert (report["source"], report["due"], report["waits_for"]) == ("simulated world (demo)", 0, "nothing")
    standing = {"session": "demo", "used_for": "any", "own_targets": 0, "state": "usable"}
    assert standing in report["sessions"]
    assert {capture["verdict"] for capture in report["captures"]} == {"complete"}
    assert "business" in run("status").stdout


def test_status_tells_of_each_session_what_is_spent_and_left_and_what_stops_it(demo):
    with opened() as pipeline:
        limits, until = pipeline.session("busy").limits, pipeline.clock.now() + timedelta(hours=1)
        page = Wanted("busy", "other", "followers", 50)
        for _ in range(3):
            pipeline.registry.ledger.reserve(page, limits, 900)
        pipeline.registry.sessions.cool("busy", until)
        pipeline.registry.sessions.stop("busy", "a checkpoint awaits its owner")
    report = answer("status", "--json")
    told = {one["budget"]: one for one in report["budgets"] if one["session"] == "busy"}
    assert {budget: (one["spent"], one["left"]) for budget, one in told.items()} == {
        "requests of one kind in eleven minutes": (3, limits.window - 3),
        "requests in an hour": (3, limits.hour - 3),
        "requests for profiles in an hour": (0, limits.surfaces["profile"]),
        "requests for followers in an hour": (3, limits.surfaces["followers"] - 3),
        "requests for followees in an hour": (0, limits.surfaces["followees"]),
        "requests for posts in an hour": (0, limits.surfaces["posts"]),
        "identities in a day": (150, limits.day - 150),
    }
    state = "the session 'busy' is stopped: a checkpoint awaits its owner"
    assert {"session": "busy", "used_for": "nothing", "own_targets": 0, "state": state} in report["sessions"]
    assert {one["own"] for one in told.values()} == {False}
    shown = next(line for line in run("status").stdout.splitlines() if line.startswith("busy") and "/" in line)
    assert shown.split() == ["busy", "3/60", "3/2,000", "0/2,000", "3/2,000", "0/2,000", "150/1,000,000"]
    with opened() as pipeline:
        pipeline.registry.sessions.forget("busy")


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
    assert result.stdout.count("complete") >= len(DEFAULT)


def test_real_captures_are_not_imported_into_a_demo(demo, tmp_path):
    archived(tmp_path / "archive", "2021-04-13")
    with pytest.raises(ArchiveError, match="holds a demo"):
        run("import", "archive", str(tmp_path / "archive"), "--captured-at", "2021-04-13")


def test_targets_are_given_a_cadence_of_their_own_and_status_says_when_they_are_due_next(demo):
    own = answer("targets", "cadence", "business", "--followers", "weekly", "--profile", "6h", "--json")
    assert own == [
        {"target": "business", "profile": "6h*", "followers": "weekly*", "followees": None, "posts": "daily"}
    ]
    report = {(one["target"], one["surface"]): one["next_due"] for one in answer("status", "--json")["captures"]}
    daily = next(due for (label, surface), due in report.items() if label != "business" and surface == "profile")
    weekly, daily = (datetime.fromisoformat(due) for due in (report["business", "followers"], daily))
    assert weekly - daily == timedelta(days=6)
    assert "business   6h*" in run("targets", "cadence").stdout
    reset = answer("targets", "cadence", "business", "--default", "--json")
    assert reset[0]["followers"] == "daily"


@pytest.mark.parametrize(
    ("words", "why"),
    [(("business", "--followers", "6h"), "too often for a list"), (("--profile", "6h"), "name the targets")],
)
def test_a_cadence_that_cannot_be_is_refused(demo, words, why):
    result = run("targets", "cadence", *words)
    assert result.exit_code == 2
    assert why in " ".join(result.output.split())
