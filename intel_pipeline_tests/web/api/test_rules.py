"""What holds for all of the API."""

import pytest
from starlette.testclient import TestClient

from intel_pipeline.web.api.paging import Key
from intel_pipeline.web.api.rates import Buckets
from intel_pipeline.web.problems import Problem
from intel_pipeline_tests.web.api.conftest import site_of

PAGED = "/api/v1/captures"


def test_what_has_not_changed_is_not_answered_again(program, site, monkeypatch):
    first = program.get(f"{PAGED}?limit=3")
    assert first.headers["cache-control"] == "private, no-cache"
    monkeypatch.setattr(type(site.parts.publications), "reading", None)
    again = program.get(f"{PAGED}?limit=3", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_another_question_has_another_tag(program):
    tags = {program.get(f"{PAGED}?limit={limit}").headers["etag"] for limit in (1, 2)}
    assert len(tags) == 2


def test_a_target_that_is_paused_has_another_tag(program):
    before = program.get("/api/v1/targets/open").headers["etag"]
    program.patch("/api/v1/targets/open", json={"state": "paused"})
    after = program.get("/api/v1/targets/open", headers={"if-none-match": before})
    program.patch("/api/v1/targets/open", json={"state": "active"})
    assert (after.status_code, after.json()["state"]) == (200, "paused")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("PUT", PAGED, 405),
        ("GET", f"{PAGED}?limit=0", 422),
        ("GET", f"{PAGED}?limit=501", 422),
        ("GET", f"{PAGED}?cursor=WyJhIl0", 422),
        ("GET", f"{PAGED}?since=2026-11-01T00:00:00", 422),
        ("GET", f"{PAGED}/nothing", 404),
        ("POST", "/api/v1/query", 422),
        ("GET", "/api/v1/exports/0123456789abcdef", 404),
        ("GET", "/api/v1/overlap?target=open&target=open", 422),
    ],
)
def test_every_error_is_a_problem_with_a_way_out(program, method, path, status):
    answer = program.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["status"] == status
    assert told["detail"]
    assert told["fix"]


def test_a_defect_is_a_problem_too(site, monkeypatch):
    monkeypatch.setattr(type(site.parts.publications), "number", lambda _self: 1 // 0)
    with TestClient(site.door, headers=site.headers["key read"], raise_server_exceptions=False) as program:
        answer = program.get("/api/v1/health")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "division" not in answer.text


def test_a_damaged_snapshot_is_the_servers_fault(program, site):
    capture = site.parts.registry.captures.history("fading", "followers")[0]
    path = site.parts.settings.lake_dir / capture.snapshot
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    answer = program.get(f"/api/v1/snapshots/{capture.capture_id}/rows")
    path.write_bytes(content)
    assert (answer.status_code, answer.json()["status"]) == (500, 500)


def test_who_asks_too_often_is_told_when_to_come_again_and_others_are_not(shown, tmp_path):
    with site_of(shown, tmp_path, per_minute=10) as site:
        impatient, other = site.browser("key read"), site.browser("viewer")
        answers = [impatient.get("/api/v1/exports") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 6
        assert other.get("/api/v1/exports").status_code == 200


def test_tokens_come_back_with_time():
    moments = iter([0.0, 0.0, 0.0, 3.0, 6.0])
    buckets = Buckets(10, lambda: next(moments))
    assert [buckets.take(("key", "nightly")) for _ in range(5)] == [0.0, 0.0, 6.0, 3.0, 0.0]


def test_a_cursor_leads_to_what_comes_after(program):
    whole = program.get(f"{PAGED}?limit=9").json()["items"]
    first = program.get(f"{PAGED}?limit=4").json()
    rest = program.get(f"{PAGED}?limit=5&cursor={first['next']}").json()
    assert first["items"] + rest["items"] == whole


@pytest.mark.parametrize("cursor", ["AAAA", "W10", "WzFd", "bnVsbA", "_____", "WyIyMDI2LTk5LTk5Il0"])
def test_a_cursor_of_another_list_is_refused(cursor):
    from datetime import date

    with pytest.raises(Problem, match="cursor"):
        Key({"day": date}).after(cursor)


def test_the_description_names_each_problem_and_who_may(program):
    told = program.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    operations = [one for methods in told["paths"].values() for one in methods.values()]
    assert len(operations) > 25
    for one in operations:
        assert set(one["responses"]) >= {"401", "403", "422", "429"}
        assert all(
            "application/problem+json" in answer["content"]
            for status, answer in one["responses"].items()
            if status >= "4"
        )
        assert one["security"]
        assert one["description"]


def test_the_page_about_it_names_every_route(site):
    told = site.app.openapi()
    text = site.browser("nobody").get("/api", headers={"accept": "text/html"}).text
    assert all(f"<code>{method.upper()} {path}</code>" in text for path, of in told["paths"].items() for method in of)
    assert "<script>" not in text
