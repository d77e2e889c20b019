"""The Dagster UI behind its guard: what each of its routes is for, and who may have which document executed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from intel_pipeline.defs.running import dagster_home
from intel_pipeline.settings import load_settings
from intel_pipeline.web import dagster_ui
from intel_pipeline.web.access.who import Who
from intel_pipeline.web.dagster_ui import STATIC, USES, DagsterUI, mutates, opened, routes, used
from intel_pipeline_tests.web.conftest import ADA, VIC, as_if

MUTATION = "mutation Pause { setAutoMaterializePaused(paused: false) }"
QUERY = "query Paused { instance { autoMaterializePaused } }"
MIXED = f"{QUERY} {MUTATION}"
JSON = {"content-type": "application/json"}
READ = Who("scraper", frozenset({"read"}), "key")
RUN = Who("worker", frozenset({"read", "run"}), "key")
ROOT = Who("root", frozenset({"read", "admin"}), "key")
MUTE = Who("mute", frozenset({"run"}), "key")
Browser = Callable[[Who | None], TestClient]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterUI]:
    folder = tmp_path_factory.mktemp("ui")
    workspace = folder / "workspace.yaml"
    workspace.write_text("load_from: []")
    with opened(dagster_home(load_settings(data_dir=folder / "data")), workspace) as found:
        yield found


@pytest.fixture
def browser(ui: DagsterUI) -> Browser:
    def of(who: Who | None) -> TestClient:
        return TestClient(as_if(ui, who), "http://localhost:3000", follow_redirects=False)

    return of


def paused(ui: DagsterUI) -> bool:
    answer = TestClient(as_if(ui, ADA)).post("/dagster/graphql", json={"query": QUERY})
    return answer.json()["data"]["instance"]["autoMaterializePaused"]


def test_every_route_of_dagsters_has_been_decided_upon(ui):
    found = {route.path for route in routes(ui.app) if not str(route.name).endswith(STATIC)}
    assert found == set(USES)
    assert [route.path for route in routes(ui.app) if isinstance(route, WebSocketRoute)] == ["/graphql"]


def test_a_route_that_nobody_has_decided_upon_is_closed(ui, browser, monkeypatch):
    assert browser(ADA).get("/dagster/server_info").status_code == 200
    monkeypatch.setattr(dagster_ui, "USES", {path: use for path, use in USES.items() if path != "/server_info"})
    assert [used(route) for route in routes(ui.app) if route.path == "/server_info"] == ["closed"]
    assert browser(ADA).get("/dagster/server_info").status_code == 404


ASKED = {
    "/dagster": 307,
    "/dagster/": 200,
    "/dagster/runs": 200,
    "/dagster/server_info": 200,
    "/dagster/favicon.svg": 200,
    "/dagster/robots.txt": 200,
    "/dagster/logs/none/err": 404,
    "/dagster/download_debug/none": 403,
    "/dagster/notebook?path=/etc/x.ipynb&repoLocName=x": 404,
    "/dagster/dagit/notebook?path=/etc/x.ipynb&repoLocName=x": 404,
    "/dagster/dagit_info": 404,
    "/dagster/graphql": 405,
    f"/dagster/graphql?query={MUTATION}": 405,
    f"/dagster/graphql?query={QUERY}": 405,
    "/dagster/logs/../../registry/db": 404,
    "/dagster/logs/%2e%2e/%2e%2e/registry/db": 404,
}


@pytest.mark.parametrize(("path", "status"), ASKED.items())
def test_a_viewer_sees_the_ui_and_nobody_else_sees_anything(browser, path, status):
    assert browser(VIC).get(path).status_code == status
    assert browser(READ).get(path).status_code == status
    assert browser(None).get(path).status_code == 401
    assert browser(MUTE).get(path).status_code == 403


def test_nobody_is_led_to_the_sign_in_and_back(browser):
    answer = browser(None).get("/dagster/runs?view=all", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fdagster%2Fruns%3Fview%3Dall")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("who", [ADA, VIC, ROOT])
def test_nothing_is_executed_by_get_for_an_admin_neither(ui, browser, method, accept, who):
    answer = browser(who).request(method, "/dagster/graphql", params={"query": MUTATION}, headers={"accept": accept})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert paused(ui)


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        (QUERY, False),
        ("{ version }", False),
        ("subscription S { locationStateChangeEvents { event { message } } }", False),
        (MUTATION, True),
        (MIXED, True),
        ("# query\n mutation{x}", True),
        ("\ufeffmutation{x}", True),
        ("query Q {a} fragment mutation on Query {b}", False),
        ("{ mutation: version }", False),
        ('{ version(text: "mutation { x }") }', False),
        ('"""mutation"""  query Q { a }', False),
    ],
)
def test_a_mutation_is_found_by_reading_the_document_as_graphql(query, changes):
    assert mutates(query) is changes


def long_list(number: int) -> str:
    return json.dumps({"query": "{ " + "a " * number + "}"})


@pytest.mark.parametrize(
    ("headers", "content", "viewer", "admin"),
    [
        (JSON, json.dumps({"query": QUERY}), 200, 200),
        ({"content-type": "application/json; charset=utf-8"}, json.dumps({"query": QUERY}), 200, 200),
        ({"content-type": "Application/JSON"}, json.dumps({"query": QUERY}), 415, 415),
        (JSON, json.dumps({"query": MUTATION}), 403, None),
        (JSON, json.dumps({"query": MIXED, "operationName": "Paused"}), 403, None),
        (JSON, json.dumps([{"query": MUTATION}]), 400, 400),
        (JSON, json.dumps([{"query": QUERY}]), 400, 400),
        (JSON, '{"query": "{ version }", "query": "' + MUTATION + '"}', 403, None),
        (JSON, json.dumps({"query": None}), 400, 400),
        (JSON, json.dumps({"query": ["mutation"]}), 400, 400),
        (JSON, json.dumps("mutation"), 400, 400),
        (JSON, "{", 400, 400),
        (JSON, "[" * 100_000, 400, 400),
        (JSON, b"\xff\xfe", 400, 400),
        (JSON, "", 400, 400),
        (JSON, json.dumps({"query": "mutation {"}), 400, None),
        (JSON, json.dumps({"query": "{ a " * 3_000}), 400, None),
        (JSON, long_list(30_000), 400, None),
        ({"content-type": "application/graphql"}, MUTATION, 415, 415),
        ({"content-type": "text/plain"}, json.dumps({"query": MUTATION}), 415, 415),
        ({"content-type": "text/plain; application/json"}, json.dumps({"query": MUTATION}), 415, 415),
        ({"content-type": "multipart/form-data; boundary=application/json"}, "", 415, 415),
        ({}, json.dumps({"query": MUTATION}), 415, 415),
    ],
)
def test_a_viewer_has_only_what_reads_executed(ui, browser, headers, content, viewer, admin):  # noqa: PLR0913  a table
    path = f"/dagster/graphql?query={MUTATION}"
    for who in (VIC, READ, RUN):
        assert browser(who).post(path, content=content, headers=headers).status_code == viewer
    if admin is not None:
        assert browser(ADA).post(path, content=content, headers=headers).status_code == admin
    assert paused(ui)
    assert browser(None).post(path, content=content, headers=headers).status_code == 401


@pytest.mark.parametrize("who", [ADA, ROOT])
def test_an_admin_has_everything_executed(ui, browser, who):
    assert paused(ui)
    for now in (False, True):
        change = {"query": MUTATION.replace("false", str(now).lower())}
        assert browser(who).post("/dagster/graphql", json=change).json() == {"data": {"setAutoMaterializePaused": now}}
        assert paused(ui) is now


@pytest.mark.parametrize(("who", "may"), [(ADA, True), (ROOT, True), (VIC, False), (READ, False)])
def test_dagster_itself_gives_a_viewer_its_read_only_permissions(browser, who, may):
    query = {"query": "{ permissions { permission value } }"}
    permissions = browser(who).post("/dagster/graphql", json=query).json()["data"]["permissions"]
    given = {one["permission"] for one in permissions if one["value"]}
    assert ({"launch_pipeline_execution", "wipe_assets", "edit_sensor"} <= given) if may else not given


@pytest.mark.parametrize(("who", "status"), [(None, 401), (VIC, 403), (ADA, 403), (READ, 403), (RUN, 200), (ROOT, 200)])
@pytest.mark.parametrize(
    "what",
    [
        ("materialization/tide", {}),
        ("observation/tide", {"metadata": {"a": 1}}),
        ("check/tide", {"check_name": "fresh", "passed": True}),
    ],
)
def test_reports_take_a_key_that_may_run(browser, who, status, what):
    path, content = what
    assert browser(who).post(f"/dagster/report_asset_{path}", json=content).status_code == status


@contextmanager
def talking(browser: TestClient):
    with browser.websocket_connect("ws://localhost:3000/dagster/graphql", subprotocols=["graphql-ws"]) as socket:
        socket.send_json({"type": "connection_init", "payload": {}})
        assert socket.receive_json() == {"type": "connection_ack"}
        yield socket


def said_back(browser: TestClient, message: object) -> object:
    """Return the answer to a message, or the code with which the connection is closed."""
    with talking(browser) as socket:
        socket.send_text(message if isinstance(message, str) else json.dumps(message))
        try:
            return socket.receive_json()["type"]
        except WebSocketDisconnect as closed:
            return closed.code


def start(query: object, kind: str = "start") -> dict[str, object]:
    return {"id": "1", "type": kind, "payload": {"query": query}}


@pytest.mark.parametrize(
    "message",
    [
        start(MUTATION),
        start(MIXED),
        start(MUTATION, "subscribe"),
        start(MUTATION, "START"),
        start(["mutation"]),
        start("mutation {"),
        {"id": "1", "type": "start"},
        {"id": "1", "type": ["start"]},
        [start(MUTATION)],
        "{",
        "",
    ],
)
def test_a_web_socket_that_wants_to_change_anything_is_closed(ui, browser, message):
    assert said_back(browser(VIC), message) == 1008
    assert paused(ui)


def test_a_web_socket_shows_a_viewer_what_happens(browser):
    for who in (VIC, ADA):
        assert said_back(browser(who), start("subscription { nothing }")) == "error"


def test_bytes_are_not_taken_for_what_they_may_say(browser):
    with talking(browser(VIC)) as socket:
        socket.send_bytes(json.dumps(start(MUTATION)).encode())
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1008


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [(None, "graphql", 401), (MUTE, "graphql", 403), (ADA, "runs", 404), (ADA, "_next/x", 404)],
)
def test_a_web_socket_is_opened_for_whom_it_is_meant_and_nowhere_else(browser, who, path, status):
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        browser(who).websocket_connect(f"ws://localhost:3000/dagster/{path}"),
    ):
        pass
    assert refused.value.status_code == status


def test_a_web_socket_is_closed_in_time_so_that_whoever_may_no_more_sees_no_more(browser, monkeypatch):
    monkeypatch.setattr(dagster_ui, "SOCKET_SECONDS", 0.2)
    with talking(browser(VIC)) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert closed.value.code == 1001


def test_heartbeats_are_those_of_the_daemons_that_have_to_run(ui):
    beats = ui.heartbeats()
    assert {"SENSOR", "SCHEDULER"} <= set(beats)
    assert set(beats.values()) == {None}
