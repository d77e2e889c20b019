"""A target's pages as a browser without JavaScript gets them."""

import csv
import io
import re

import pytest

from intel_pipeline.web.pages.targets.head import TABS
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.conftest import LABELS, VIC, browser
from intel_pipeline_tests.worlds import small_pipeline

CHANGES = "select change_id, kind, state, username, previous_username from follower_changes where target = $target"
ROW = re.compile(r'href="/targets/open/changes/([0-9a-f]{24})"')


@pytest.fixture
def asked(publications: Publications):
    """What the publication itself says."""
    with publications.reading() as reading:
        yield reading.ask


def lines(answer) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("tab", [tab.path for tab in TABS])
def test_every_page_of_every_target_is_there_and_says_where_one_is(client, label, tab):
    answer = client(VIC).get(f"/targets/{label}{tab}")
    assert answer.status_code == 200
    assert f'<a href="/targets/{label}{tab}" aria-current="page">' in answer.text
    assert "style=" not in answer.text
    assert len(answer.content) < 300_000


@pytest.mark.parametrize("path", [*(tab.path for tab in TABS), "/changes/" + 24 * "a", "/data/target_days.csv"])
def test_a_target_that_there_is_none_is_not_found(client, path):
    assert client(VIC).get(f"/targets/nobody{path}").status_code == 404


def test_nothing_published_yet_says_what_it_waits_for(tmp_path):
    pipeline = small_pipeline(tmp_path, ["open"], logged_in=False)
    for tab in TABS:
        assert "Nothing is known yet" in browser(pipeline, VIC).get(f"/targets/open{tab.path}").text
    pipeline.registry.close()


def test_changes_are_those_of_the_publication(client, asked):
    answer = client(VIC).get("/targets/open/followers.csv")
    shown = {
        (row["change_id"], row["kind"], row["state"], row["username"], row["previous_username"])
        for row in lines(answer)
    }
    published = asked(CHANGES, {"target": "open"})
    assert shown == {tuple(value or "" for value in row.values()) for row in published}
    assert {"followed", "left", "renamed"} <= {row["kind"] for row in published}


@pytest.mark.parametrize("kind", ["followed", "left", "renamed"])
def test_a_filter_leaves_what_it_asks_for(client, asked, kind):
    found = lines(client(VIC).get(f"/targets/open/followers.csv?kind={kind}&state=&from=&to=&name="))
    wanted = asked(CHANGES + " and kind = $kind", {"target": "open", "kind": kind})
    assert {row["change_id"] for row in found} == {row["change_id"] for row in wanted}


def test_an_earlier_name_finds_who_bore_it(client, asked):
    renamed = asked(CHANGES + " and kind = 'renamed' limit 1", {"target": "open"})[0]
    text = client(VIC).get("/targets/open/followers", params={"name": f"@{renamed['previous_username'].upper()}"}).text
    assert f"was {renamed['previous_username']}" in text
    assert "No change matches" in client(VIC).get("/targets/open/followers?name=nobody.at.all").text


def test_pages_of_changes_follow_each_other_without_a_gap(client, monkeypatch):
    monkeypatch.setattr("intel_pipeline.web.pages.targets.followers.PAGE", 7)
    path, seen = "/targets/open/followers", []
    while path:
        text = client(VIC).get(path).text
        seen += ROW.findall(text)
        further = re.search(r'rel="next" href="([^"]+)"', text)
        path = further and further[1].replace("&amp;", "&")
    every = [row["change_id"] for row in lines(client(VIC).get("/targets/open/followers.csv"))]
    assert seen == every
    assert len(every) > 7


@pytest.mark.parametrize("words", ["kind=gone", "from=yesterday", "after=1", "state=sure"])
def test_a_filter_that_means_nothing_is_refused(client, words):
    assert client(VIC).get(f"/targets/open/followers?{words}").status_code == 422


def test_a_suspected_loss_is_not_said_to_be_one(client, asked):
    loss = asked(CHANGES + " and state = 'suspected' limit 1", {"target": "open"})[0]
    text = client(VIC).get(f"/targets/open/changes/{loss['change_id']}").text
    assert f"{loss['username']} may have left" in text
    assert "This is no loss yet" in text
    assert "no loss yet" in client(VIC).get("/targets/open/followers?kind=left&state=suspected").text


@pytest.mark.parametrize("kind", ["followed", "left", "renamed"])
def test_a_change_leads_to_the_captures_that_prove_it(client, asked, kind):
    named = "select change_id, capture_id, before_capture_id, first_capture_id from follower_changes"
    change = asked(f"{named} where target = 'open' and kind = $kind limit 1", {"kind": kind})[0]
    text = client(VIC).get(f"/targets/open/changes/{change.pop('change_id')}").text
    for capture in change.values():
        assert f'href="/health/captures/{capture}"' in text
    assert "verdict-complete" in text


def test_a_change_of_the_profile_leads_to_its_captures_too(client, asked):
    change = asked("from profile_changes where target = 'renaming' and field = 'username'", {})[0]
    text = client(VIC).get(f"/targets/renaming/changes/{change['change_id']}").text
    assert change["value_before"] in text
    assert f'href="/health/captures/{change["before_capture_id"]}"' in text
    listed = client(VIC).get("/targets/renaming/profile").text
    assert f"/targets/renaming/changes/{change['change_id']}" in listed


def test_a_change_of_another_target_is_none_of_this_one(client, asked):
    change = asked(CHANGES + " limit 1", {"target": "open"})[0]
    assert client(VIC).get(f"/targets/fading/changes/{change['change_id']}").status_code == 404


@pytest.mark.parametrize("days", [30, 90, 365])
def test_growth_is_shown_over_the_period_that_is_asked_for(client, days):
    text = client(VIC).get(f"/targets/open?days={days}").text
    assert f"Followers over {days} days" in text
    assert f'<option value="{days}" selected>' in text
    assert client(VIC).get("/targets/open?days=31").status_code == 422


@pytest.mark.parametrize(
    "name",
    [
        "target_days",
        "target_lists",
        "target_posts",
        "post_curves",
        "engagement_by_age",
        "engagement_by_hour",
        "posting_cadence",
    ],
)
def test_the_data_of_charts_is_a_file(client, name):
    answer = client(VIC).get(f"/targets/open/data/{name}.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="open-{name.replace("_", "-")}.csv"'
    assert lines(answer)


def test_every_file_that_a_page_offers_is_there(client):
    for tab in TABS:
        text = client(VIC).get(f"/targets/open{tab.path}").text
        for path in re.findall(r'<a download[^>]* href="([^"]+)"', text):
            assert client(VIC).get(path.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("order", ["likes", "comments", "engagement"])
def test_posts_come_in_the_order_that_is_asked_for(client, order):
    shown = re.findall(r"instagram\.com/p/([^/]+)/", client(VIC).get(f"/targets/open/posts?sort={order}").text)
    figures = {row["shortcode"]: row[order] for row in lines(client(VIC).get("/targets/open/data/target_posts.csv"))}
    values = [float(figures[shortcode] or -1) for shortcode in shown]
    assert values == sorted(values, reverse=True)
    assert len(values) > 3


def test_mutuals_that_cannot_be_known_teach_the_setting(client):
    assert "INTEL_SURFACES" in client(VIC).get("/targets/open/audience").text
