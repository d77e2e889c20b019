"""What supervisors and scrapers ask."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.web import health
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.access.who import Who
from intel_pipeline.web.app import create_app
from intel_pipeline.web.parts import Heartbeats, Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.conftest import VIC, as_if
from intel_pipeline_tests.worlds import small_pipeline

HERE, ELSEWHERE = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000)
SCRAPER = Who("prometheus", frozenset({"read"}), "key")
Asked = Callable[..., TestClient]
REPORTER = Who("reporter", frozenset({"run"}), "key")


@pytest.fixture
def asked() -> Iterator[Asked]:
    """A client of a pipeline's, from an address, over daemons that are heard of."""
    with ExitStack() as stack:

        def of(
            pipeline: Pipeline,
            who: Who | None = None,
            client: tuple[str, int] = HERE,
            heartbeats: Heartbeats | None = None,
        ) -> TestClient:
            publications = Publications(pipeline.settings.publication)
            stack.callback(publications.close)
            parts = Parts(pipeline, publications, open_access(pipeline.registry, pipeline.settings), heartbeats)
            return TestClient(as_if(create_app(parts), who), client=client)

        yield of


def beating(*seconds: float | None) -> Heartbeats:
    def beats() -> dict[str, datetime | None]:
        now = datetime.now(UTC)
        return {str(at): None if ago is None else now - timedelta(seconds=ago) for at, ago in enumerate(seconds)}

    return beats


@pytest.fixture
def fresh(tmp_path) -> Iterator[Pipeline]:
    pipeline = small_pipeline(tmp_path, ())
    yield pipeline
    pipeline.registry.close()


def test_whoever_asks_is_told_that_it_lives_and_what_it_is_ready_for(asked, shown):
    browser = asked(shown, client=ELSEWHERE)
    assert browser.get("/livez").text == "ok\n"
    answer = browser.get("/readyz")
    assert answer.status_code == 200
    assert list(answer.json()["checks"]) == ["publication", "registry", "disk", "daemon"]
    assert all(one["ok"] and one["why"] for one in answer.json()["checks"].values())
    assert browser.get("/healthz").json().keys() == answer.json().keys()
    assert str(shown.settings.data_dir) not in answer.text


def test_a_folder_in_which_nothing_was_published_yet_is_ready(asked, fresh):
    answer = asked(fresh).get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["publication"] == {"ok": True, "why": "nothing has been published yet"}


@pytest.mark.parametrize(
    ("beats", "ok", "why"),
    [
        (beating(5, 20), True, "last heard of 20 s ago"),
        (beating(5, 400), False, "last heard of 400 s ago"),
        (beating(5, None), False, "has not been heard of yet"),
        (None, True, "runs without Dagster"),
    ],
)
def test_a_daemon_that_is_silent_for_long_is_a_finding(asked, shown, beats, ok, why):
    answer = asked(shown, heartbeats=beats).get("/readyz")
    assert answer.status_code == (200 if ok else 503)
    assert answer.json()["checks"]["daemon"]["ok"] is ok
    assert why in answer.json()["checks"]["daemon"]["why"]


def test_each_finding_stands_for_itself_and_tells_a_stranger_nothing(asked, fresh, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 62)
    damaged = fresh.settings.publications_dir / "intel-000001.duckdb"
    damaged.write_bytes(b"cut short")
    fresh.settings.publication.symlink_to(damaged)
    fresh.registry.close()
    fresh.settings.registry_file.unlink()
    fresh.settings.registry_file.mkdir()
    answer = asked(fresh, client=ELSEWHERE).get("/readyz")
    assert answer.status_code == 503
    assert [name for name, one in answer.json()["checks"].items() if not one["ok"]] == [
        "publication",
        "registry",
        "disk",
    ]
    assert str(fresh.settings.data_dir) not in answer.text


def samples(text: str) -> dict[str, float]:
    """Return the samples by name and labels, these by their own names."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {one.name + "".join(f"/{value}" for _, value in sorted(one.labels.items())): one.value for one in found}


def test_metrics_tell_of_requests_budgets_captures_and_the_publication(asked, shown):
    found = samples(asked(shown, heartbeats=beating(7, 3)).get("/metrics").text)
    assert found["intel_requests_total"] == shown.registry.ledger.total()
    assert sum(value for name, value in found.items() if re.match("intel_requests_last_day/[^/]+/desk/200", name)) > 0
    assert found["intel_throttled_last_day/desk"] == 0
    spending = {one.limit: one for one in shown.registry.ledger.spending("desk", shown.session("desk").limits)}
    for limit, one in spending.items():
        assert found[f"intel_budget_spent/{limit}/desk"] == one.spent
        assert found[f"intel_budget_left/{limit}/desk"] == one.left
    assert found["intel_cool_down_seconds/desk"] == found["intel_breaker_open/desk"] == 0
    day = shown.registry.rounds.open()
    profiles = [one for one in shown.registry.captures.of_round(day, "profile") if one.verdict == "complete"]
    assert found["intel_round_captures/profile/complete"] == len(profiles) > 0
    assert found["intel_publication_number"] >= 1
    assert found["intel_publication_age_seconds"] >= 0
    assert found["intel_disk_free_bytes"] > 0
    assert 7 <= found["intel_daemon_heartbeat_age_seconds"] < 60
    parts = ("requests", "sessions", "round", "publication", "disk", "daemon")
    assert all(found[f"intel_exporter_success/{part}"] == 1 for part in parts)
    assert all(found[f"intel_exporter_duration_seconds/{part}"] >= 0 for part in parts)


def test_a_breaker_and_a_cool_down_are_told_of(asked, fresh):
    fresh.registry.sessions.stop("desk", "challenge")
    fresh.registry.sessions.cool("desk", fresh.clock.now() + timedelta(seconds=90))
    found = samples(asked(fresh).get("/metrics").text)
    assert (found["intel_breaker_open/desk"], found["intel_cool_down_seconds/desk"]) == (1, 90)


def test_a_part_that_cannot_be_measured_is_counted_and_leaves_the_others(asked, shown, monkeypatch):
    def failing(parts: Parts) -> int:
        raise OSError(5, "the disk is gone")

    monkeypatch.setattr("intel_pipeline.web.metrics.free_bytes", failing)
    found = samples(asked(shown).get("/metrics").text)
    assert (found["intel_exporter_success/disk"], found["intel_exporter_success/requests"]) == (0, 1)
    assert "intel_disk_free_bytes" not in found


def test_no_target_and_no_follower_is_named(asked, shown):
    text = asked(shown).get("/metrics").text
    for target in shown.registry.targets.all():
        assert not re.search(rf'"[^"]*{re.escape(target.username)}[^"]*"|"{target.label}"', text)


def test_who_scrapes_often_gets_the_same_for_some_seconds(asked, shown, monkeypatch):
    browser = asked(shown)
    first = browser.get("/metrics").text
    assert browser.get("/metrics").text == first
    monkeypatch.setattr("intel_pipeline.web.metrics.KEPT_SECONDS", -1)
    renewed = asked(shown)
    assert renewed.get("/metrics").text != renewed.get("/metrics").text


@pytest.mark.parametrize(
    ("who", "client", "headers", "status"),
    [
        (None, HERE, {}, 200),
        (None, ("::1", 1), {}, 200),
        (None, ELSEWHERE, {}, 401),
        (None, HERE, {"x-forwarded-for": "192.0.2.7"}, 401),
        (None, HERE, {"forwarded": "for=192.0.2.7"}, 401),
        (SCRAPER, ELSEWHERE, {}, 200),
        (VIC, ELSEWHERE, {}, 200),
        (REPORTER, ELSEWHERE, {}, 403),
    ],
)
def test_metrics_are_for_this_machine_and_for_keys_that_may_read(asked, shown, who, client, headers, status):  # noqa: PLR0913  a table
    assert asked(shown, who, client).get("/metrics", headers=headers).status_code == status
