"""Pages as a browser without JavaScript gets them."""

from intel_pipeline_tests.web.conftest import ADA, VIC


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client):
    answer = client(None).get("/?sort=net")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2F%3Fsort%3Dnet")


def test_programs_get_problems_rather_than_pages(client):
    answer = client(None).get("/", headers={"accept": "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["fix"]


def test_what_only_admins_may_see_is_not_offered_to_viewers(client):
    assert ">Audit<" in client(ADA).get("/").text
    assert ">Audit<" not in client(VIC).get("/").text


def test_an_address_that_leads_nowhere_says_what_now(client):
    answer = client(VIC).get("/nowhere")
    assert answer.status_code == 404
    assert "What now:" in answer.text


def test_the_overview_shows_every_target(client, shown):
    text = client(VIC).get("/").text
    assert all(target.label in text for target in shown.registry.targets.all())
