"""The client against a real server on loopback."""

import hashlib

import pytest
import requests

from intel_pipeline.client import ApiError, Client
from intel_pipeline.lake import snapshot_file


def test_all_of_a_list_comes_page_by_page_none_twice(api, site, monkeypatch):
    with site.parts.publications.reading() as reading:
        order = "from follower_changes select change_id order by not_after desc, change_id desc"
        expected = [row["change_id"] for row in reading.ask(order, {})]
    monkeypatch.setattr("intel_pipeline.client.connection.MOST", 7)
    assert [change.change_id for change in api.follower_changes()] == expected
    assert len(expected) > 21


def test_changes_are_narrowed_down(api):
    changes = list(api.follower_changes())
    assert {one.kind for one in api.follower_changes(kind="left")} == {"left"}
    assert {one.target for one in api.follower_changes("fading")} == {"fading"}
    chosen = [one for one in changes if one.state == "suspected"]
    assert list(api.follower_changes(state="suspected")) == chosen
    middle = changes[len(changes) // 2].not_after
    assert list(api.follower_changes(since=middle)) == [one for one in changes if one.not_after >= middle]
    assert list(api.follower_changes(until=middle)) == [one for one in changes if one.not_after < middle]
    somebody = changes[0].user_id
    assert list(api.follower_changes(user_id=somebody)) == [one for one in changes if one.user_id == somebody]


def test_targets_are_added_paced_paused_and_removed(api, site):
    added = api.add_target("@Blank.Page", purpose="To see nothing")
    assert (added.label, added.username, added.state) == ("blank-page", "blank.page", "active")
    changed = api.change_target("blank-page", state="paused", cadence={"profile": "6h"}, purpose="To see less")
    assert (changed.state, changed.cadence["profile"], changed.purpose) == ("paused", "6h", "To see less")
    assert api.change_target("blank-page", cadence={"profile": None}).cadence["profile"] == "daily"
    with pytest.raises(ApiError, match="cannot be added") as refused:
        api.add_target("blank.page")
    assert refused.value.status == 409
    api.remove_target("blank-page")
    assert "blank-page" not in [target.label for target in api.targets()]
    with pytest.raises(ApiError, match="there is no target 'blank-page'") as gone:
        api.target("blank-page")
    assert gone.value.status == 404
    assert "What now:" in str(gone.value)
    noted = {entry.what for entry in site.parts.registry.audit.newest(sought_by("may-admin"), 9)}
    assert noted == {"target added", "target changed", "target removed"}


def sought_by(who):
    from intel_pipeline.registry.audit import Sought

    return Sought(who)


def test_a_target_says_how_it_stood(api):
    target = api.target("open")
    assert target.followers == [day.follower_count for day in api.growth("open")][-1]
    assert target.verdict == "complete"


def test_a_snapshot_comes_in_pages_as_its_own_file_and_as_csv(api, site, tmp_path):
    newest = next(api.snapshots("open", "followers"))
    rows = list(api.snapshot_rows(newest.capture_id))
    path = api.save_snapshot(newest.capture_id, tmp_path / "rows.parquet")
    frame = snapshot_file.read(tmp_path, "rows.parquet")
    assert [row["user_id"] for row in rows] == [str(user_id) for user_id in frame["user_id"]]
    assert len(rows) == newest.listed
    stored = site.parts.registry.captures.get(newest.capture_id).snapshot
    assert path.read_bytes() == (site.parts.settings.lake_dir / stored).read_bytes()
    lines = api.save_snapshot(newest.capture_id, tmp_path / "rows.csv", "csv").read_text().splitlines()
    assert lines[0].split(",")[0] == next(iter(rows[0]))
    assert len(lines) == len(rows) + 1


def test_posts_bear_how_they_stood_last(api):
    post = next(api.posts("open"))
    assert next(api.post_metrics("open", post.post_id)) == post.newest


def test_metrics_are_those_of_the_publication(api, site):
    with site.parts.publications.reading() as reading:
        overlap = reading.ask("from overlap('fading', 'open')", {})[0]
        ages = reading.ask("from engagement_by_age where target = 'open' order by age_days", {})
    found = api.overlap(["open", "fading"])
    assert found.pairs[0].model_dump(exclude={"a", "b"}) == overlap
    assert found.shared_by_all == overlap["shared"]
    assert [one.posts for one in api.engagement_by_age("open")] == [row["posts"] for row in ages]
    assert sum(one.posts for one in api.engagement_by_hour("open")) > 0
    assert [one.week for one in api.cadence("open")] == sorted(one.week for one in api.cadence("open"))
    assert len(list(api.anomalies("open"))) == len(list(api.growth("open"))) - 1
    assert api.retention("nobody-at-all") == []


def test_a_query_is_answered_and_what_is_none_is_refused(api):
    answer = api.query("select target, user_id from targets order by target", 2)
    assert [column.name for column in answer.columns] == ["target", "user_id"]
    assert answer.truncated
    assert isinstance(answer.rows[0][1], str)
    with pytest.raises(ApiError) as refused:
        api.query("copy targets to 'stolen.csv'")
    assert refused.value.status == 422


def test_an_export_is_made_and_comes_whole_or_in_parts(api, address, site, tmp_path):
    asked = api.ask_for_export(table="follower_changes", target="fading")
    done = finished(api, asked.export_id)
    assert done.file == "follower_changes-fading.csv"
    path = api.save_export(asked.export_id, tmp_path / done.file)
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == done.sha256
    assert content.count(b"\n") == done.rows + 1
    url, key = f"{address}/api/v1/exports/{asked.export_id}/file", site.headers["key read"]
    whole = requests.get(url, headers=key, timeout=9)
    assert whole.headers["content-disposition"] == 'attachment; filename="follower_changes-fading.csv"'
    part = requests.get(url, headers=key | {"range": "bytes=5-9", "if-range": whole.headers["etag"]}, timeout=9)
    assert (part.status_code, part.content) == (206, content[5:10])
    other = requests.get(url, headers=key | {"range": "bytes=5-9", "if-range": '"another"'}, timeout=9)
    assert (other.status_code, other.content) == (200, content)
    beyond = requests.get(url, headers=key | {"range": "bytes=99999999-"}, timeout=9)
    assert (beyond.status_code, beyond.headers["content-type"]) == (416, "application/problem+json")
    known = requests.get(url, headers=key | {"if-none-match": whole.headers["etag"]}, timeout=9)
    assert (known.status_code, known.content) == (304, b"")


def finished(api: Client, export_id: str):
    """Return an export once it is made: its thread is at work meanwhile, and answering takes its time too."""
    for _ in range(2000):
        export = api.export(export_id)
        if export.state in ("done", "failed"):
            return export
    raise AssertionError(export)


def test_an_export_that_cannot_be_says_so_at_once(api):
    with pytest.raises(ApiError, match="there is no table 'follower_chnages'") as refused:
        api.ask_for_export(table="follower_chnages")
    assert refused.value.status == 422
    with pytest.raises(ApiError, match="either a table or a query"):
        api.ask_for_export()


def test_sessions_tell_their_budgets_and_nothing_secret(api):
    (desk,) = api.sessions()
    assert (desk.name, desk.usable) == ("desk", True)
    assert {budget.limit for budget in desk.budgets} >= {"window", "hour", "day"}


def test_health_names_the_publication(api):
    health = api.health()
    assert health.publication == 1
    assert health.targets == 4


def test_without_a_server_the_error_is_one_of_the_family():
    with pytest.raises(ApiError, match="does not answer"):
        Client("http://127.0.0.1:9", seconds=2).health()


def test_a_key_that_nobody_has_is_refused(address):
    with pytest.raises(ApiError, match="Nobody is signed in") as refused:
        Client(address, "ip_" + "a" * 43).health()
    assert refused.value.status == 401
