"""The first admin."""

import pytest

GRACE = {"name": "grace", "password": "eleven copper kettles", "again": "eleven copper kettles"}


def test_the_first_admin_needs_the_token_of_the_console_and_is_signed_in(new_house):
    token = new_house.access.set_up.invite()
    browser = new_house.browser()
    assert token in browser.get(f"/set-up?token={token}").text
    answer = browser.post("/set-up", data={**GRACE, "token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/users").status_code == 200
    assert new_house.told() == [("grace", "user added", "grace: admin"), ("grace", "signed in", None)]


def test_a_token_works_once(new_house):
    token = new_house.access.set_up.invite()
    new_house.browser().post("/set-up", data={**GRACE, "token": token})
    again = new_house.browser().post("/set-up", data={**GRACE, "name": "eve", "token": token})
    assert again.status_code == 409
    assert new_house.browser().get("/set-up").status_code == 409
    assert [user.name for user in new_house.registry.users.all()] == ["grace"]
    assert new_house.access.set_up.invite() is None


@pytest.mark.parametrize("invited", [True, False])
def test_whoever_comes_first_without_the_token_gets_nothing(new_house, invited):
    if invited:
        new_house.access.set_up.invite()
    browser = new_house.browser()
    assert browser.get("/sign-in").status_code == 200
    assert "There is no admin yet" in browser.get("/sign-in").text
    assert browser.post("/set-up", data={**GRACE, "token": "A" * 43}).status_code == 403
    assert new_house.registry.users.all() == []
    assert new_house.told() == [(None, "set-up refused", None)]


def test_tokens_cannot_be_guessed_at_any_pace(new_house):
    new_house.access.set_up.invite()
    browser = new_house.browser()
    statuses = [browser.post("/set-up", data={**GRACE, "token": str(number)}).status_code for number in range(22)]
    assert statuses == [403] * 20 + [429] * 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"again": "eleven copper kettle"}, "two passwords differ"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"name": "Grace Hopper"}, "cannot be a user&#39;s name"),
    ],
)
def test_a_typo_does_not_cost_the_token(new_house, change, said):
    token = new_house.access.set_up.invite()
    browser = new_house.browser()
    answer = browser.post("/set-up", data={**GRACE, "token": token, **change})
    assert answer.status_code == 422
    assert said in answer.text
    assert token in answer.text
    assert browser.post("/set-up", data={**GRACE, "token": token}).status_code == 303


def test_a_token_dies_when_a_command_has_added_an_admin(new_house):
    token = new_house.access.set_up.invite()
    new_house.registry.users.add(new_house.root, "ada", "admin", "hash")
    assert new_house.browser().post("/set-up", data={**GRACE, "token": token}).status_code == 409
    new_house.registry.users.add(new_house.root, "eve", "admin", "hash")
    assert not new_house.access.set_up.accepts(token)


def test_a_newer_token_takes_the_place_of_the_one_before(new_house):
    older, newer = new_house.access.set_up.invite(), new_house.access.set_up.invite()
    assert new_house.browser().post("/set-up", data={**GRACE, "token": older}).status_code == 403
    assert new_house.browser().post("/set-up", data={**GRACE, "token": newer}).status_code == 303
