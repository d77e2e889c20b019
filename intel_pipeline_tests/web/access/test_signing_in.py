"""Signing in and out as a browser does it."""

from datetime import timedelta

import pytest

from intel_pipeline_tests.web.access.conftest import PASSWORDS

SIGNED_IN = {"name": "ada", "password": PASSWORDS["ada"]}


def test_who_signs_in_is_led_to_where_they_wanted_to_go_and_known_from_then_on(house):
    browser = house.browser()
    asked = browser.get("/audit?what=signed+in")
    assert asked.headers["location"] == "/sign-in?next=%2Faudit%3Fwhat%3Dsigned%2Bin"
    form = browser.get(asked.headers["location"])
    assert 'name="next" value="/audit?what=signed+in"' in form.text
    assert form.headers["cache-control"] == "no-store"
    answer = browser.post("/sign-in", data={**SIGNED_IN, "name": " Ada ", "next": "/audit?what=signed+in"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit?what=signed+in")
    assert browser.get("/audit?what=signed+in").status_code == 200
    assert browser.get("/sign-in?next=/keys").headers["location"] == "/keys"


@pytest.mark.parametrize(
    ("base", "beginning", "secure"),
    [("http://testserver", "intel_sign_in=", False), ("https://testserver", "__Host-intel_sign_in=", True)],
)
def test_the_cookie_is_out_of_the_reach_of_scripts_and_other_sites(house, base, beginning, secure):
    cookie = house.browser(base=base).post("/sign-in", data=SIGNED_IN).headers["set-cookie"]
    assert cookie.startswith(beginning)
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={30 * 24 * 3600}"} <= parts
    assert ("secure" in parts) is secure
    assert not any(part.startswith("domain") for part in parts)


def test_over_tls_only_the_cookie_counts_that_no_other_host_could_have_set(house):
    browser = house.signed_in("ada")
    token = browser.cookies["intel_sign_in"]
    other = house.browser(base="https://testserver")
    assert other.get("/users", headers={"cookie": f"intel_sign_in={token}"}).status_code == 303
    assert other.get("/users", headers={"cookie": f"__Host-intel_sign_in={token}"}).status_code == 200


def test_an_unknown_user_a_wrong_password_and_a_disabled_user_get_the_same_answer(house):
    house.registry.users.set_disabled(house.root, "vic", disabled=True)
    answers = [
        house.browser().post("/sign-in", data={"name": name, "password": password})
        for name, password in (("ada", "x"), ("eve", "x"), ("vic", "x"), ("vic", PASSWORDS["vic"]), ("a\x00b", "x"))
    ]
    assert {answer.status_code for answer in answers} == {401}
    names = ("ada", "eve", "vic", "vic", "a\x00b")
    shown = [answer.text.replace(f'value="{name}"', "") for answer, name in zip(answers, names, strict=True)]
    assert len(set(shown)) == 1
    assert "Name and password do not belong together" in shown[0]
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


def test_of_what_was_typed_in_vain_only_names_that_there_are_are_written_down(house):
    browser = house.browser()
    browser.post("/sign-in", data={"name": "ada", "password": "not hers at all"})
    browser.post("/sign-in", data={"name": PASSWORDS["ada"], "password": "ada"})
    assert house.told()[-2:] == [(None, "sign-in refused", "ada"), (None, "sign-in refused", None)]


def test_after_ten_wrong_passwords_a_user_has_to_wait_wherever_they_come_from(house):
    for number in range(10):
        answer = house.browser(f"198.51.100.{number}").post("/sign-in", data={"name": "ada", "password": "guess"})
        assert answer.status_code == 401
    browser = house.browser()
    for _ in range(3):
        refused = browser.post("/sign-in", data=SIGNED_IN)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "12")
        assert "wait 12 s" in refused.text
    assert house.told()[-2:] == [(None, "sign-in refused", "ada"), (None, "sign-in throttled", "ada")]
    assert house.browser().post("/sign-in", data={"name": "vic", "password": PASSWORDS["vic"]}).status_code == 303
    house.clock.advance(timedelta(seconds=12))
    assert browser.post("/sign-in", data=SIGNED_IN).status_code == 303


def test_after_twenty_wrong_passwords_an_address_has_to_wait_whoever_it_tries(house):
    statuses = [
        house.browser().post("/sign-in", data={"name": f"user{number}", "password": "guess"}).status_code
        for number in range(22)
    ]
    assert statuses == [401] * 20 + [429] * 2
    assert house.browser("203.0.113.9").post("/sign-in", data=SIGNED_IN).status_code == 303


def test_right_passwords_are_not_counted(house):
    browser = house.browser()
    for _ in range(25):
        assert browser.post("/sign-in", data=SIGNED_IN).status_code == 303
    assert len(house.registry.sign_ins.of("ada", house.clock.now(), house.access.lasting)) == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "\\/evil.example", "/\t/evil.example"),
        *("javascript:alert(1)", "/ /evil.example\n", "evil.example", "", "/sign-out", "/sign-in?next=/", "/set-up"),
    ],
)
def test_nobody_is_led_to_another_host_nor_round_in_circles(house, elsewhere):
    browser = house.browser()
    assert 'name="next" value="/"' in browser.get("/sign-in", params={"next": elsewhere}).text
    answer = browser.post("/sign-in", data={**SIGNED_IN, "next": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/sign-in", params={"next": elsewhere}).headers["location"] == "/"


def test_who_signs_out_is_out_even_with_the_cookie_that_they_had(house):
    browser = house.signed_in("ada")
    token = browser.cookies["intel_sign_in"]
    assert browser.get("/users").status_code == 200
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "intel_sign_in" not in browser.cookies
    assert house.browser().get("/users", headers={"cookie": f"intel_sign_in={token}"}).status_code == 303
    assert house.told()[-1] == ("ada", "signed out", None)
    assert browser.post("/sign-out").status_code == 303


def test_a_sign_in_begins_with_an_id_that_nobody_could_have_set_before(house):
    chosen = "A" * 43
    browser = house.browser()
    browser.cookies["intel_sign_in"] = chosen
    browser.post("/sign-in", data=SIGNED_IN)
    assert house.browser().get("/users", headers={"cookie": f"intel_sign_in={chosen}"}).status_code == 303


def test_a_sign_in_ends_when_it_was_not_used_for_long_or_is_old(house):
    idle, busy = house.signed_in("ada"), house.signed_in("ada")
    for _ in range(4):
        house.clock.advance(timedelta(hours=4))
        assert busy.get("/users").status_code == 200
    assert idle.get("/users").status_code == 303
    for _ in range(29 * 3):
        house.clock.advance(timedelta(hours=8))
        assert busy.get("/users").status_code == 200
    house.clock.advance(timedelta(hours=8))
    assert busy.get("/users").status_code == 303


def test_no_secret_is_on_the_disk(house, tmp_path):
    admin = house.signed_in("ada")
    key = admin.post("/keys", data={"name": "nightly", "scopes": "read"}).text.split('class="secret">')[1].split("<")[0]
    made = admin.post("/users", data={"name": "eve"}).text.split('class="secret">')[1].split("<")[0]
    token = admin.cookies["intel_sign_in"]
    assert key.startswith("ip_")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"$argon2id$" in kept
    for secret in (key, key[3:], made, token, PASSWORDS["ada"], PASSWORDS["vic"]):
        assert secret.encode() not in kept
