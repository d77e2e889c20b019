"""The guard in front of everything, over an application that says yes to all."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse

from intel_pipeline.web.guard import Rules, guarded
from intel_pipeline.web.guard.bodies import MOST_BYTES
from intel_pipeline.web.guard.headers import KEPT, NOT_KEPT
from intel_pipeline.web.guard.hosts import allowed_hosts

BASE = "http://localhost:3000"
COOKIE = {"cookie": "intel_sign_in=x"}
KEY = {"authorization": "Bearer ip_x"}
CORS = "https://notebooks.example.org"


async def yes(request: Request) -> PlainTextResponse:
    return PlainTextResponse(
        f"{request.client.host if request.client else None} {request.url.scheme} {len(await request.body())}"
    )


async def socket(websocket) -> None:
    await websocket.accept()
    await websocket.send_text("yes")
    await websocket.close()


def client(base: str = BASE, **rules: Any) -> TestClient:  # noqa: ANN401  of Rules
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", yes, methods=methods), WebSocketRoute("/{path:path}", socket)])
    rules.setdefault("hosts", allowed_hosts(3000, ("intel.example.org", "odd.example.org:8443")))
    return TestClient(guarded(app, Rules(**rules)), base, client=("192.0.2.7", 50_000))


def opens(browser: TestClient, **headers: str) -> int:
    """Return 101 where a web socket is opened, or the status with which it is refused."""
    try:
        with browser.websocket_connect("ws://localhost:3000/live", headers=headers) as opened:
            assert opened.receive_text() == "yes"
    except WebSocketDenialResponse as refused:
        return refused.status_code if refused.headers["content-type"] == "application/problem+json" else 0
    return 101


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:3000", 200),
        ("127.0.0.1:3000", 200),
        ("[::1]:3000", 200),
        ("LOCALHOST:3000", 200),
        ("intel.example.org", 200),
        ("intel.example.org:3000", 200),
        ("odd.example.org:8443", 200),
        ("odd.example.org", 421),
        ("intel.example.org:8443", 421),
        ("localhost", 421),
        ("localhost:3001", 421),
        ("evil.example", 421),
        ("localhost.evil.example:3000", 421),
        ("localhost:3000@evil.example", 421),
        ("127.0.0.1:3000, evil.example", 421),
        ("[::", 421),
        ("", 421),
    ],
)
def test_only_names_of_ours_are_answered(host, status):
    assert client().get("/", headers={"host": host}).status_code == status
    assert opens(client(), host=host, origin=f"http://{host}") == (101 if status == 200 else status)


def test_two_hosts_in_one_request_are_none():
    answer = client().get("/", headers=[("host", "localhost:3000"), ("host", "localhost:3000")])
    assert answer.status_code == 421


def test_at_a_port_that_browsers_leave_out_it_may_be_left_out():
    assert allowed_hosts(443) == {"localhost", "localhost:443", "127.0.0.1", "127.0.0.1:443", "[::1]", "[::1]:443"}


def test_a_person_reads_what_to_do_about_the_name_and_a_program_gets_a_problem():
    page = client().get("/", headers={"host": "nas:3000", "accept": "text/html"})
    assert "INTEL_WEB_HOSTS takes further names" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    problem = client().get("/", headers={"host": "nas:3000"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert (problem.json()["status"], problem.json()["instance"]) == (421, "/")


CASES = [
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": "same-origin, cross-site"}, False),
    ({"sec-fetch-site": ""}, False),
    # What a browser says by itself goes before an Origin that a proxy has made another Host of.
    ({"sec-fetch-site": "same-origin", "origin": "https://intel.example.org"}, True),
    ({"sec-fetch-site": "cross-site", "origin": BASE}, False),
    ({"origin": BASE}, True),
    ({"origin": "https://localhost:3000"}, True),
    ({"origin": "http://localhost:3001"}, False),
    ({"origin": "http://127.0.0.1:3000"}, False),
    ({"origin": "http://localhost:3000.evil.example"}, False),
    ({"origin": "http://evil.example/localhost:3000"}, False),
    ({"origin": "null"}, False),
    ({"origin": ""}, False),
    (COOKIE, False),
    ({}, True),
    (KEY, True),
    ({**KEY, "sec-fetch-site": "cross-site", "origin": CORS}, True),
    ({**KEY, **COOKIE, "sec-fetch-site": "cross-site"}, False),
    ({**KEY, **COOKIE}, False),
    ({"authorization": "Basic YTpi", "sec-fetch-site": "cross-site"}, False),
]


@pytest.mark.parametrize(("headers", "ours"), CASES)
def test_what_changes_anything_comes_from_our_own_pages_or_with_a_key_alone(headers, ours):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client().request(method, "/watchlist", headers=headers).status_code == (200 if ours else 403), method
    assert opens(client(), **headers) == (101 if ours else 403)
    assert client().get("/watchlist", headers=headers).status_code == 200


def test_an_unknown_method_is_taken_for_one_that_changes_something():
    assert client().request("PURGE", "/", headers={**COOKIE}).status_code == 403


def test_who_is_refused_reads_why():
    refused = client().post("/watchlist", headers={"sec-fetch-site": "same-site", "accept": "text/html"})
    assert "it comes from elsewhere (same-site)" in refused.text
    assert "Bearer ip_" in refused.text


def test_a_body_that_is_too_long_is_refused_before_it_is_read_and_cut_off_where_it_did_not_say_so():
    said = client().post("/", content=b"x" * (MOST_BYTES + 1))
    assert (said.status_code, said.headers["content-type"]) == (413, "application/problem+json")
    assert client().post("/", content=b"x" * MOST_BYTES).text.endswith(f" {MOST_BYTES}")
    unsaid = client().post("/", content=(b"x" * 100_000 for _ in range(11)))
    assert unsaid.status_code == 413


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", NOT_KEPT),
        ("/static/app.css", NOT_KEPT),
        ("/static/app.css?v=0123", KEPT),
        ("/changes?v=0123", NOT_KEPT),
        ("/dagster/_next/static/chunks/main-1.js", KEPT),
        ("/dagster/logs/x/y", NOT_KEPT),
    ],
)
def test_only_what_has_its_version_in_its_address_is_kept(path, kept):
    assert client().get(path).headers["cache-control"] == kept


def test_a_refusal_is_not_kept():
    assert client().get("/static/app.css?v=0123", headers={"host": "nas"}).headers["cache-control"] == NOT_KEPT


def test_every_answer_tells_the_browser_to_be_strict():
    for path in ("/", "/dagster/"):
        headers = client().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
    assert "unsafe" not in client().get("/dagsters").headers["content-security-policy"]


def test_with_tls_browsers_are_told_to_stay_with_it():
    secure = client("https://intel.example.org").get("/")
    assert secure.headers["strict-transport-security"] == "max-age=31536000"


FORWARDED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}


@pytest.mark.parametrize(
    ("proxies", "asked"),
    [
        ((), "192.0.2.7 http 0"),
        (("198.51.100.1/32",), "192.0.2.7 http 0"),
        (("192.0.2.0/24",), "203.0.113.9 https 0"),
    ],
)
def test_only_a_trusted_proxy_may_say_for_whom_it_asks(proxies, asked):
    assert client(proxies=proxies).get("/", headers=FORWARDED).text == asked


def test_pages_of_another_origin_read_the_api_with_a_key_if_they_are_named_and_nothing_else():
    browser = client(origins=(CORS,))
    preflight = {
        "origin": CORS,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    allowed = browser.options("/api/v1/query", headers=preflight)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, CORS)
    assert "access-control-allow-credentials" not in allowed.headers
    asked = browser.post("/api/v1/query", headers={**KEY, "origin": CORS, "sec-fetch-site": "cross-site"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, CORS)
    other = browser.get("/api/v1/targets", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    assert browser.options("/api/v1/query", headers={**preflight, "origin": "https://evil.example"}).status_code == 400
    for path in ("/watchlist", "/dagster/graphql", "/api/v1"):
        assert "access-control-allow-origin" not in browser.get(path, headers={"origin": CORS}).headers
