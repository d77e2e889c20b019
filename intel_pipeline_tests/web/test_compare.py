"""Targets beside each other, chosen by checkboxes or by a link."""

import csv
import io
import itertools

import pytest

from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.conftest import LABELS, VIC


@pytest.fixture
def pairs(publications: Publications):
    """What the publication itself says of two targets."""
    with publications.reading() as reading:
        yield lambda a, b: reading.ask("from overlap($a, $b)", {"a": a, "b": b})[0]


def test_checkboxes_and_a_link_lead_to_the_same(client):
    by_boxes = client(VIC).get("/compare?targets=open&targets=fading").text
    by_link = client(VIC).get("/compare?targets=open,fading").text
    assert by_boxes == by_link
    assert by_link.count(" checked>") == 2
    assert "Growth, indexed to 100" in by_link


@pytest.mark.parametrize("words", ["", "?targets=open", "?targets=", "?targets=open,open"])
def test_less_than_two_are_asked_for_more(client, words):
    answer = client(VIC).get(f"/compare{words}")
    assert answer.status_code == 200
    assert "Choose two or more" in answer.text


def test_unknown_targets_and_too_many_are_refused_with_the_way_out(client):
    assert client(VIC).get("/compare?targets=open,nobody").status_code == 404
    many = client(VIC).get("/compare?targets=" + ",".join(f"one-{number}" for number in range(9)))
    assert many.status_code == 422
    assert "choose up to 8" in many.text


def test_overlap_is_what_the_macro_for_two_says(client, pairs):
    answer = client(VIC).get("/compare/overlap.csv", params={"targets": ",".join(LABELS)})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["a"], row["b"]) for row in rows] == list(itertools.combinations(sorted(LABELS), 2))
    for row in rows:
        exact = pairs(row["a"], row["b"])
        assert {key: int(row[key]) for key in ("a_followers", "b_followers", "shared")} == {
            key: exact[key] for key in ("a_followers", "b_followers", "shared")
        }
        assert int(row["only_a"]) + int(row["shared"]) == exact["a_followers"]


@pytest.mark.parametrize("name", ["days", "newcomers"])
def test_the_data_of_a_comparison_is_a_file(client, name):
    answer = client(VIC).get(f"/compare/{name}.csv?targets=open,fading&days=30")
    assert answer.status_code == 200
    assert answer.text.startswith("target,day" if name == "days" else "username,user_id")


def test_a_place_that_is_none_is_refused(client):
    assert client(VIC).get("/compare?targets=open,fading&after=x").status_code == 422
    assert client(VIC).get("/compare?targets=open,fading&after=1 2 fading open").status_code == 200
