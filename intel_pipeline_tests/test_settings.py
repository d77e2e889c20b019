import os
from datetime import date
from pathlib import Path
from traceback import format_exception

import pytest

from intel_pipeline.errors import SettingsError
from intel_pipeline.folders import PROJECT_ROOT
from intel_pipeline.settings import Settings, example, load_settings, variable


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, with no setting of ours in the environment."""
    for name in [name for name in os.environ if name.startswith("INTEL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("given", ["followers,posts", "profile,likes", ","])
def test_surfaces_that_are_none_or_lack_the_profile_are_refused(given, monkeypatch):
    monkeypatch.setenv("INTEL_SURFACES", given)
    with pytest.raises(SettingsError, match="INTEL_SURFACES"):
        load_settings()


def test_surfaces_keep_their_own_order(monkeypatch):
    monkeypatch.setenv("INTEL_SURFACES", "posts, followees,profile,posts")
    assert load_settings().surfaces == ("profile", "followees", "posts")


def test_without_any_setting_everything_lies_under_the_projects_data_folder() -> None:
    settings = load_settings()
    assert settings.data_dir == PROJECT_ROOT / "data"
    paths = [settings.journal_dir, settings.lake_dir, settings.warehouse_file, settings.publications_dir]
    paths += [settings.publication, settings.vault_dir, settings.dagster_dir, settings.world_file]
    assert all(path.is_relative_to(settings.data_dir) for path in paths)
    assert len(set(paths)) == len(paths)
    assert str(settings.data_dir / "registry.db") in settings.registry_location


def test_every_setting_has_a_sentence_and_an_example_that_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for field, info in Settings.model_fields.items():
        assert info.description
        assert info.description.endswith(".")
        name, value = example(field).split("=", 1)
        assert name == variable(field)
        monkeypatch.setenv(name, value)
    load_settings()


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("INTEL_TARGETS_PER_TICK", "7", "targets_per_tick", 7),
        ("INTEL_FIRST_ROUND", "2026-12-01", "first_round", date(2026, 12, 1)),
        ("INTEL_SESSION", "desk", "session", "desk"),
    ],
)
def test_the_environment_goes_before_the_env_file_and_an_argument_before_both(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, field: str, read: object
) -> None:
    Path(".env").write_text(f"# a note\nexport {name}={value}\nPATH_OF_SOMEBODY_ELSE=x\n")
    assert getattr(load_settings(), field) == read
    other = {"targets_per_tick": "9", "first_round": "2027-01-01", "session": "annex"}[field]
    monkeypatch.setenv(name, other)
    assert str(getattr(load_settings(), field)) == other
    assert getattr(load_settings(**{field: read}), field) == read


def test_a_misspelt_variable_is_refused_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEL_TARGET_PER_TICKS", "5")
    with pytest.raises(SettingsError, match="INTEL_TARGET_PER_TICKS is no setting") as caught:
        load_settings()
    assert "did you mean INTEL_TARGETS_PER_TICK=25?" in caught.value.fix
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("line", ["INTEL_DATADIR=/x", "export INTEL_DATADIR=/x", " INTEL_DATADIR = /x"])
def test_a_misspelt_line_of_the_env_file_is_refused_too(line: str) -> None:
    Path(".env").write_text(f"INTEL_SESSION=desk\n{line}\n")
    with pytest.raises(SettingsError, match="INTEL_DATADIR is no setting") as caught:
        load_settings()
    assert "INTEL_DATA_DIR=" in caught.value.fix


def test_a_line_that_is_a_comment_is_none() -> None:
    Path(".env").write_text("# INTEL_DATADIR=/x\n\nINTEL_SESSION=desk\n")
    assert load_settings().session == "desk"


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("INTEL_TARGETS_PER_TICK", "many", "valid integer"),
        ("INTEL_TARGETS_PER_TICK", "0", "greater than or equal to 1"),
        ("INTEL_REQUESTS_PER_WINDOW", "76", "less than or equal to 75"),
        ("INTEL_REQUESTS_PER_HOUR", "401", "less than or equal to 400"),
        ("INTEL_IDENTITIES_PER_DAY", "199", "greater than or equal to 200"),
        ("INTEL_SECONDS_BETWEEN_REQUESTS", "0", "greater than or equal to 1"),
        ("INTEL_FOLLOWERS_PER_PAGE", "11", "greater than or equal to 12"),
        ("INTEL_FIRST_ROUND", "yesterday", "valid date"),
        ("INTEL_PUBLICATIONS_KEPT", "many", "valid integer"),
    ],
)
def test_a_bad_value_names_the_variable_the_fault_and_a_value_that_works(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, wrong: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}='{value}' is not a usable setting") as caught:
        load_settings()
    assert wrong in caught.value.problem
    assert example(name.removeprefix("INTEL_").lower()) in caught.value.fix


def test_no_secret_is_shown_by_the_settings_nor_by_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEL_VAULT_KEYS", "cAnArY")
    settings = load_settings()
    assert settings.vault_keys is not None
    assert settings.vault_keys.get_secret_value() == "cAnArY"
    assert "cAnArY" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    monkeypatch.setenv("INTEL_TICK_SECONDS", "soon")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "cAnArY" not in "".join(format_exception(caught.value))
    with pytest.raises(SettingsError, match="INTEL_VAULT_KEYS=a secret value is not a usable setting") as caught:
        load_settings(tick_seconds=600, vault_keys=["cAnArY"])
    assert "cAnArY" not in str(caught.value)
    monkeypatch.setenv("INTEL_VAULT_KEY", "cAnArY")
    with pytest.raises(SettingsError, match="INTEL_VAULT_KEY is no setting") as caught:
        load_settings()
    assert "cAnArY" not in "".join(format_exception(caught.value))


def test_the_registrys_url_is_hidden_wherever_settings_are_shown_and_used_where_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INTEL_REGISTRY_URL", "postgresql://intel:cAnArY@db.example.org/intel")
    settings = load_settings()
    assert settings.registry_location == "postgresql://intel:cAnArY@db.example.org/intel"
    assert "cAnArY" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize("url", ["cAnArY", "mysql://u:cAnArY@h/d", "postgresql://u:cAnArY/d", "postgresql://cAnArY"])
def test_a_registrys_url_that_cannot_be_used_is_refused_without_being_told(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    wrong_type = [url]
    monkeypatch.setenv("INTEL_REGISTRY_URL", url)
    with pytest.raises(SettingsError, match="INTEL_REGISTRY_URL") as caught:
        load_settings()
    assert "cAnArY" not in "".join(format_exception(caught.value))
    with pytest.raises(SettingsError, match="INTEL_REGISTRY_URL=a secret value is not a usable setting") as caught:
        load_settings(registry_url=wrong_type)
    assert "cAnArY" not in "".join(format_exception(caught.value))


def test_a_folder_that_a_program_names_never_uses_the_operators_postgresql(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path(".env").write_text("INTEL_REGISTRY_URL=postgresql://intel@db.example.org/intel\n")
    assert load_settings().registry_location.startswith("postgresql://")
    assert load_settings(data_dir=tmp_path).registry_location == f"sqlite:///{tmp_path / 'registry.db'}"
    monkeypatch.setenv("INTEL_REGISTRY_URL", "postgresql://intel@db.example.org/other")
    assert load_settings(data_dir=tmp_path).registry_location == f"sqlite:///{tmp_path / 'registry.db'}"
    named = load_settings(data_dir=tmp_path, registry_url="postgresql://intel@db.example.org/named")
    assert named.registry_location == "postgresql://intel@db.example.org/named"


def test_a_data_folder_is_made_whole_with_the_vault_for_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "new" / "data")
    settings.make_directories()
    settings.make_directories()
    assert settings.lake_dir.is_dir()
    assert settings.warehouse_file.parent.is_dir()
    assert settings.vault_dir.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = load_settings(data_dir=tmp_path / "file" / "data")
    with pytest.raises(SettingsError, match=f"INTEL_DATA_DIR={tmp_path}/file/data cannot be used") as caught:
        settings.make_directories()
    assert "name a folder that you may write to" in caught.value.fix


def test_a_relative_data_folder_and_a_home_are_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert load_settings(data_dir="data").data_dir == tmp_path / "data"
    assert load_settings(data_dir="~/data").data_dir == tmp_path / "home" / "data"
