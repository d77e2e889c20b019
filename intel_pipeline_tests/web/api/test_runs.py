"""Runs asked for over the API: by a real Dagster, of which the simulated Instagram is captured."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster import AssetKey
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import QueuedRunCoordinatorDaemon
from sqlalchemy import text

from intel_pipeline.client import ApiError, Client
from intel_pipeline.defs.running import dagster_home
from intel_pipeline.demo.world_file import SESSION, Watched, WorldNote, write_note
from intel_pipeline.pipeline import Pipeline, open_pipeline
from intel_pipeline.registry.audit import Sought
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.demo_world import DEMO_VIEWER
from intel_pipeline.simulator.specs import ViewerSpec
from intel_pipeline.vault_keys import make_key_file
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.app import create_app
from intel_pipeline.web.dagster_ui import DagsterUI, opened
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.api.conftest import Site, askers
from intel_pipeline_tests.web.api.serving import serving
from intel_pipeline_tests.worlds import add_session

START = datetime(2026, 11, 2, tzinfo=UTC)
OF_TWO = ("desk-002", "followers")
NOBODY = "0b3c4a0e-6a3f-4d67-8f0e-0d5f0c6f7e11"
WORKSPACE = "load_from: [{python_module: {module_name: intel_pipeline.definitions, location_name: intel_pipeline}}]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a world that Dagster drives, which what Dagster starts is told of by the environment."""
    path = tmp_path_factory.mktemp("runs") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTEL_DATA_DIR", str(path))
        yield path


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Iterator[Pipeline]:
    settings = load_settings(data_dir=folder)
    settings.make_directories()
    write_note(settings, WorldNote(7, START, START + timedelta(hours=6), Watched(3, 60, faulty=False)))
    make_key_file(settings.vault_dir)
    made = open_pipeline(settings)
    add_session(made, SESSION, ViewerSpec(*DEMO_VIEWER))
    for number in range(3):
        made.registry.targets.add(f"desk.{number:03}", f"desk-{number:03}", None)
    yield made
    made.registry.close()


@pytest.fixture(scope="module")
def ui(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUI]:
    workspace = tmp_path_factory.mktemp("workspace") / "workspace.yaml"
    workspace.write_text(WORKSPACE)
    home = dagster_home(pipeline.settings)
    # As the daemon launches runs, but here, and waiting for their end.
    launcher = SyncInMemoryRunLauncher
    with (home / "dagster.yaml").open("a") as file:
        file.write(f"\nrun_launcher: {{module: {launcher.__module__}, class: {launcher.__name__}}}\n")
    with opened(home, workspace) as found:
        yield found


@contextmanager
def served(parts: Parts) -> Iterator[Site]:
    app = create_app(parts)
    yield Site(app, Door(app, parts.access), parts, askers(parts))
    parts.publications.close()


@pytest.fixture(scope="module")
def with_dagster(pipeline: Pipeline, ui: DagsterUI) -> Iterator[Site]:
    access = open_access(pipeline.registry, pipeline.settings)
    with served(Parts(pipeline, Publications(pipeline.settings.publication), access, None, ui.ask)) as made:
        yield made


def client(site: Site, url: str, scope: str = "run") -> Client:
    return Client(url, site.headers[f"key {scope}"]["authorization"].removeprefix("Bearer "))


def the_daemon_looks_once(ui: DagsterUI) -> None:
    list(QueuedRunCoordinatorDaemon(1).run_iteration(ui.workspace))


def test_a_run_captures_whom_it_is_asked_for_and_what_of_them_and_says_how_far_it_is(with_dagster, ui, pipeline):
    with serving(with_dagster.door) as url:
        api = client(with_dagster, url)
        asked = api.capture_now(["desk-001"], ["profile", "followers"])
        assert (asked.job, asked.state, asked.started_at, asked.ended_at) == ("capture_now", "waiting", None, None)
        the_daemon_looks_once(ui)
        ended = api.run(asked.run_id)
    assert ended.state == "done"
    assert asked.asked_at <= ended.started_at < ended.ended_at
    captured = {(one.target, one.surface, one.verdict) for one in pipeline.registry.captures.latest()}
    assert captured == {("desk-001", "profile", "complete"), ("desk-001", "followers", "complete")}
    assert pipeline.registry.ledger.total() > 0
    [entry] = pipeline.registry.audit.newest(Sought(what="capture asked for"), 9)
    assert (entry.who, entry.about) == ("may-run", "desk-001")


def test_an_admin_has_a_target_captured_by_a_button_and_sees_how_far_it_is(with_dagster, pipeline):
    with with_dagster.browser("admin") as ada, with_dagster.browser("viewer") as vic:
        buttons = [browser.get("/watchlist").text.count("/capture") for browser in (ada, vic)]
        assert buttons == [3, 0]
        assert '"/watchlist/desk-000/capture"' in ada.get("/targets/desk-000").text
        assert "/capture" not in vic.get("/targets/desk-000").text
        answer = ada.post("/watchlist/desk-000/capture")
        assert answer.status_code == 303
        page = vic.get(answer.headers["location"]).text
        assert "waiting" in page
        assert "/health/captures?target=desk-000" in page
        assert vic.post("/watchlist/desk-000/capture").status_code == 403
    [entry] = pipeline.registry.audit.newest(Sought(who="ada", what="capture asked for"), 9)
    assert entry.about == "desk-000"


def refused(call):
    with pytest.raises(ApiError) as error:
        call()
    return error.value.status, str(error.value)


def test_what_could_capture_nothing_is_refused_before_there_is_a_run(with_dagster, ui, pipeline):
    before = ui.workspace.instance.get_runs_count()
    with serving(with_dagster.door) as url:
        api = client(with_dagster, url)
        assert refused(lambda: api.capture_now(["nobody"]))[0] == 404
        status, said = refused(lambda: api.capture_now(["desk-002"], ["followees"]))
        assert (status, "INTEL_SURFACES" in said) == (409, True)
        pipeline.registry.sessions.stop(SESSION, "checkpoint")
        status, said = refused(lambda: api.capture_now(["desk-002"]))
        pipeline.registry.sessions.resume(SESSION)
        assert (status, "checkpoint" in said) == (409, True)
        assert refused(lambda: api.run(NOBODY))[0] == 404
        assert refused(lambda: client(with_dagster, url, "admin").capture_now(["desk-002"]))[0] == 403
    assert ui.workspace.instance.get_runs_count() == before


def test_a_server_without_dagster_says_what_captures_instead(site, address):
    api = client(site, address)
    status, said = refused(lambda: api.capture_now(["open"]))
    assert status == 409
    assert "intel-pipeline dev" in said
    assert "intel-pipeline capture" in said
    assert refused(lambda: api.run(NOBODY))[0] == 409
    with site.browser("admin") as ada:
        assert "/capture" not in ada.get("/watchlist").text
    assert site.parts.registry.audit.newest(Sought(what="capture asked for"), 9) == []


def test_what_an_accepted_list_teaches_is_derived_by_a_run_of_its_own(with_dagster, ui, pipeline):
    with serving(with_dagster.door) as url:
        client(with_dagster, url).capture_now(["desk-002"], ["profile", "followers"])
    the_daemon_looks_once(ui)
    [capture] = [one for one in pipeline.registry.captures.latest() if (one.target, one.surface) == OF_TWO]
    with pipeline.registry.engine.begin() as connection:
        held = text("update captures set verdict = 'suspect', held = true, missing_count = 40 where capture_id = :id")
        connection.execute(held, {"id": capture.capture_id})
    with with_dagster.browser("admin") as ada:
        answer = ada.post(f"/health/captures/{capture.capture_id}/accept")
        assert answer.status_code == 303
        the_daemon_looks_once(ui)
        assert "done" in ada.get(answer.headers["location"]).text
    run_id = answer.headers["location"].removeprefix("/runs/").partition("?")[0]
    records = ui.workspace.instance.fetch_materializations(AssetKey("follower_changes"), limit=1).records
    assert (records[0].run_id, records[0].partition_key) == (run_id, capture.round.isoformat())
