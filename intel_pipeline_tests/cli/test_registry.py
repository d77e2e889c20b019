import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest

from intel_pipeline.cli.console import opened
from intel_pipeline.errors import RegistryError, SettingsError
from intel_pipeline_tests.cli.commands import answer, run
from intel_pipeline_tests.postgresql import PASSWORD, Server, database_of


@pytest.fixture
def registry_url(postgresql: Server) -> Iterator[str]:
    with postgresql.registry() as url:
        yield url


def test_with_a_url_everything_goes_to_postgresql_and_no_command_shows_the_password(folder, registry_url, monkeypatch):
    monkeypatch.setenv("INTEL_REGISTRY_URL", registry_url)
    shown = [
        *(run("init").output, run("targets", "add", "nasa").output, run("status").output, run("settings").output),
        *(run("settings", "--json").output, run("targets", "list").output),
    ]
    assert not [text for text in shown if PASSWORD in text or PASSWORD.partition("@")[0] in text]
    assert answer("settings", "--json")["INTEL_REGISTRY_URL"] == "(hidden)"
    told = answer("status", "--json")
    assert told["registry"].startswith(f"PostgreSQL database '{database_of(registry_url)}' at ")
    assert {type(one["spent"]) for one in told["budgets"]} == {int}
    assert not (folder / "registry.db").exists()


def test_without_one_the_file_is_named(folder):
    assert answer("status", "--json")["registry"] == f"SQLite file {folder / 'registry.db'}"


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://intel:cAnArY@127.0.0.1:1/intel", RegistryError.exit_code, "cannot be reached"),
        ("postgresql://intel:cAnArY/intel", SettingsError.exit_code, "cannot be read as a URL"),
    ],
)
def test_a_registry_that_cannot_be_used_ends_a_command_with_a_way_out(folder, url, code, said):
    command = [sys.executable, "-m", "intel_pipeline", "status"]
    environment = {**os.environ, "INTEL_REGISTRY_URL": url}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  ours
    assert ended.returncode == code
    assert said in ended.stderr
    assert "What now:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "cAnArY" not in ended.stderr + ended.stdout


def test_a_registry_moves_and_the_folder_knows_it_only_there_from_then_on(folder, registry_url, monkeypatch):
    run("targets", "add", "nasa")
    with opened() as pipeline:
        pipeline.registry.rounds.begin(date(2026, 11, 24))
    monkeypatch.setenv("INTEL_REGISTRY_URL", registry_url)
    with pytest.raises(SettingsError, match="has a registry of its own") as caught:
        run("status")
    assert "intel-pipeline registry move" in caught.value.fix
    assert run("registry", "move", input="n\n").exit_code == 1
    assert (folder / "registry.db").exists()
    told = run("registry", "move", input="y\n")
    assert "registry.db.moved" in told.output
    assert PASSWORD not in told.output
    assert [target["label"] for target in answer("targets", "list", "--json")] == ["nasa"]
    monkeypatch.delenv("INTEL_REGISTRY_URL")
    with pytest.raises(SettingsError, match="has moved to PostgreSQL, and INTEL_REGISTRY_URL is not set"):
        run("status")
    assert not (folder / "registry.db").exists()


def test_a_move_without_a_place_to_go_to_says_how_to_name_one(folder):
    run("init")
    with pytest.raises(SettingsError, match="does not say where to move") as caught:
        run("registry", "move", "--yes")
    assert "INTEL_REGISTRY_URL=postgresql://" in caught.value.fix


def test_a_demos_registry_does_not_move(demo, registry_url, monkeypatch):
    monkeypatch.setenv("INTEL_REGISTRY_URL", registry_url)
    with pytest.raises(SettingsError, match="belongs to a demo"):
        run("registry", "move", "--yes")
    assert answer("status", "--json")["registry"] == f"SQLite file {demo / 'registry.db'}"
