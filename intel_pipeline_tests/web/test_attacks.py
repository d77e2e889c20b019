"""Pages of other origins in a real Chromium, in which an admin is signed in: none of them changes anything.

The same attacks change something where the guard is taken away, which is what shows that they are attacks.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError, ReloadRepositoryLocationStatus
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from intel_pipeline.registry.audit import Actor
from intel_pipeline.web import serving
from intel_pipeline.web.access.tokens import digest, new_key
from intel_pipeline_tests.web.chromium import CHROMIUM, Look, chromium, served
from intel_pipeline_tests.web.whole_site import PASSWORD, Site, whole_site

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

MUTATION = "mutation{setAutoMaterializePaused(paused:false)}"
# Each is given the address that is attacked, and returns what came of it once that is known.
HELPERS = """
window.form = (action, fields, enctype) => new Promise(done => {
  const frame = Object.assign(document.createElement("iframe"), {name: "f" + Math.random()});
  document.body.append(frame);
  const form = Object.assign(document.createElement("form"), {action, method: "post", target: frame.name});
  if (enctype) form.enctype = enctype;
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement("input"), {name, value}));
  document.body.append(form);
  frame.onload = () => done("answered");
  form.submit();
});
window.sent = (url, options) => fetch(url, {credentials: "include", ...options}).then(r => r.type, e => "refused");
window.loaded = (tag, url) => new Promise(done => {
  const it = document.createElement(tag);
  it.onload = () => done("loaded"); it.onerror = () => done("refused");
  it.src = url; document.body.append(it);
});
window.socket = (url, query) => new Promise(done => {
  const it = new WebSocket(url, "graphql-ws");
  it.onopen = () => {
    it.send(JSON.stringify({type: "connection_init", payload: {}}));
    it.send(JSON.stringify({id: "1", type: "start", payload: {query}}));
  };
  it.onmessage = said => { if (JSON.parse(said.data).type !== "connection_ack") done("open"); };
  it.onerror = () => done("refused");
});
"""
ON_OURS = {
    "form": """t => form(t + "/watchlist", {usernames: "evil.form"})""",
    "multipart form": """t => form(t + "/watchlist", {usernames: "evil.parts"}, "multipart/form-data")""",
    "form for a user": """t => form(t + "/users", {name: "eve", role: "admin"})""",
    "fetch": """t => sent(t + "/watchlist", {method: "POST", mode: "no-cors",
        body: new URLSearchParams({usernames: "evil.fetch"})})""",
    "fetch with a preflight": """t => sent(t + "/watchlist", {method: "POST", headers: {"X-Evil": "1"},
        body: new URLSearchParams({usernames: "evil.preflight"})})""",
    "beacon": """async t => String(navigator.sendBeacon(t + "/watchlist", new URLSearchParams({usernames: "evil.beacon"})))""",
}
ON_DAGSTER = {
    "image": """(t, m) => loaded("img", t + "/dagster/graphql?query=" + encodeURIComponent(m))""",
    "script": """(t, m) => loaded("script", t + "/dagster/graphql?query=" + encodeURIComponent(m))""",
    "frame": """(t, m) => loaded("iframe", t + "/dagster/graphql?query=" + encodeURIComponent(m))""",
    "fetch by GET": """(t, m) => sent(t + "/dagster/graphql?query=" + encodeURIComponent(m), {mode: "no-cors"})""",
    "form with the query in its address": """(t, m) => form(t + "/dagster/graphql?query=" + encodeURIComponent(m), {})""",
    "form that looks like JSON": """(t, m) => form(t + "/dagster/graphql", {['{"query":"' + m + '","x":"']: '"}'}, "text/plain")""",
    "fetch as text": """(t, m) => sent(t + "/dagster/graphql", {method: "POST", mode: "no-cors",
        body: JSON.stringify({query: m})})""",
    "fetch as JSON": """(t, m) => sent(t + "/dagster/graphql", {method: "POST",
        headers: {"Content-Type": "application/json"}, body: JSON.stringify({query: m})})""",
    "form that reports": """(t, m) => form(t + "/dagster/report_asset_materialization/tide", {a: "b"})""",
    "web socket": """(t, m) => socket(t.replace("http", "ws") + "/dagster/graphql", m)""",
    "web socket that only listens": """(t, m) => socket(t.replace("http", "ws") + "/dagster/graphql", "subscription{x}")""",
}
SOCKETS = [name for name in ON_DAGSTER if name.startswith("web socket")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with whole_site(tmp_path_factory.mktemp("attacked")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--host-resolver-rules=MAP evil.example 127.0.0.1,MAP nas 127.0.0.1") as found:
        yield found


@contextmanager
def another_port() -> Iterator[int]:
    """Serve an empty page on another port of this machine; yield it."""

    async def empty(_: Any) -> HTMLResponse:  # noqa: ANN401
        return HTMLResponse("<!doctype html><title>another</title><body>")

    with served(lambda _: Starlette(routes=[Route("/", empty)])) as origin:
        port = urlsplit(origin).port
        assert port is not None
        yield port


def signed_in(browser: Browser, site: Site, name: str) -> BrowserContext:
    """Return a browser's context in which a user has signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.origin}/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{site.origin}/")
    return context


def attacked_from(page: Page, site: Site, attacks: dict[str, str]) -> dict[str, str]:
    """Let the page that is open attack in every way; return what came of each."""
    page.evaluate(HELPERS)
    call = "([attack, target, mutation]) => eval(attack)(target, mutation)"
    return {name: page.evaluate(call, [attack, site.origin, MUTATION]) for name, attack in attacks.items()}


def state_of(site: Site) -> dict[str, object]:
    """Return what there is to change, of ours and of Dagster's."""
    registry = site.access.registry
    dagster = "{ instance { autoMaterializePaused } assetNodes { assetMaterializations { timestamp } } }"
    return {
        "targets": [target.label for target in registry.targets.all()],
        "users": [(user.name, user.role, user.disabled, user.password) for user in registry.users.all()],
        "keys": registry.api_keys.all(),
        "dagster": site.ask(dagster),
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "evil.example"])
def test_no_page_of_another_origin_changes_anything_for_a_signed_in_admin(site, browser, host):
    before = state_of(site)
    assert before["dagster"]["instance"] == {"autoMaterializePaused": True}
    context = signed_in(browser, site, "ada")
    with another_port() as port:
        page = context.new_page()
        page.goto(f"http://{host}:{port}/")
        came_of = attacked_from(page, site, ON_OURS | ON_DAGSTER)
        assert [came_of[name] for name in SOCKETS] == ["refused", "refused"]
        assert came_of["image"] == came_of["script"] == came_of["fetch as JSON"] == "refused"
        # Answered in the order in which they were sent: what went without waiting has arrived.
        page.goto(f"{site.origin}/watchlist")
        assert page.locator("h1").count() == 1
    context.close()
    assert state_of(site) == before


def test_under_another_name_nothing_is_served_so_that_no_name_can_be_made_to_point_here(site, browser):
    before = state_of(site)
    port = urlsplit(site.origin).port
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for path in ("/", "/sign-in", "/dagster/", f"/dagster/graphql?query={MUTATION}", "/metrics"):
        answer = page.goto(f"http://evil.example:{port}{path}")
        assert answer is not None
        assert answer.status == 421, path
    # What a name that is made to point here is for: there, the attacker's page is of the same origin as ours.
    posted = """m => fetch("/dagster/graphql", {method: "POST", headers: {"Content-Type": "application/json"},
        body: JSON.stringify({query: m})}).then(answer => answer.status)"""
    assert page.evaluate(posted, MUTATION) == 421
    context.close()
    assert state_of(site) == before


def test_no_other_page_can_show_ours_in_a_frame(site, browser):
    context = signed_in(browser, site, "ada")
    with another_port() as port:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.evaluate(HELPERS)
        for path in ("/watchlist", "/dagster/"):
            page.evaluate("url => loaded('iframe', url)", site.origin + path)
        shown = [frame.url for frame in page.frames if frame is not page.main_frame]
        # What Chromium puts in the place of a page that it may not show.
        assert shown == ["chrome-error://chromewebdata/"] * 2
    context.close()


def test_without_the_guard_the_same_attacks_succeed(tmp_path, browser, monkeypatch):
    monkeypatch.setattr(serving, "guarded", lambda app, _: app)
    with whole_site(tmp_path, with_dagster=False) as open_site, another_port() as port:
        context = signed_in(browser, open_site, "ada")
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        attacked_from(page, open_site, {name: attack for name, attack in ON_OURS.items() if "preflight" not in name})
        page.goto(f"http://evil.example:{urlsplit(open_site.origin).port}/sign-in")
        assert page.locator("[name=password]").count() == 1
        context.close()
        registry = open_site.access.registry
        added = {target.username for target in registry.targets.all()}
        assert {"evil.form", "evil.parts", "evil.fetch"} <= added
        assert "eve" in {user.name for user in registry.users.all()}


@pytest.mark.parametrize(("name", "may"), [("ada", True), ("vic", False)])
def test_the_ui_itself_is_live_for_an_admin_and_for_a_viewer(site, browser, name, may):
    context = signed_in(browser, site, name)
    seen = Look(context.new_page(), site.origin)
    seen.watch()
    refused: list[str] = []
    frames: list[str] = []
    seen.page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    seen.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    seen.page.goto(f"{site.origin}/dagster/assets/tide")
    button = seen.page.get_by_role("button", name="Materialize")
    seen.page.get_by_text("Never materialized").wait_for(timeout=60_000)
    expect(button).to_be_enabled(enabled=may, timeout=30_000)
    deadline = time.monotonic() + 30
    while not frames and time.monotonic() < deadline:
        # Playwright hears of what has happened while it waits for something.
        seen.page.wait_for_timeout(20)
    assert "connection_ack" in frames[0]
    assert seen.complaints == []
    assert refused == []
    context.close()


# How Dagster's client of 1.13 asks gql of 4.
@pytest.mark.filterwarnings("ignore:Using variable_values and operation_name:DeprecationWarning")
def test_a_program_launches_with_an_admins_key_what_the_readme_says_and_with_another_nothing(site):
    keys = site.access.registry.api_keys
    for name, scopes in (("launcher", ["read", "admin"]), ("reader", ["read", "run"])):
        key = new_key()
        keys.add(Actor(datetime.now(UTC), None, "command"), name, digest(key), scopes, None)
        address = urlsplit(site.origin)
        client = DagsterGraphQLClient(
            str(address.hostname), address.port, path_prefix="/dagster", headers={"Authorization": f"Bearer {key}"}
        )
        if "admin" in scopes:
            assert client.reload_repository_location("small").status is ReloadRepositoryLocationStatus.SUCCESS
        else:
            with pytest.raises(DagsterGraphQLClientError, match="403"):
                client.reload_repository_location("small")
