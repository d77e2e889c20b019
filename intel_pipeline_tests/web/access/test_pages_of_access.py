"""Account, users, keys and audit as people see them."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from intel_pipeline.registry.audit import Actor, record

SECRET = re.compile(r'<code class="secret">([^<]+)</code>')
OF_ADMINS = [
    *(("GET", "/users"), ("POST", "/users"), ("GET", "/keys"), ("POST", "/keys"), ("GET", "/audit")),
    *(("POST", f"/users/vic/{what}") for what in ("password", "role", "disable", "enable", "remove")),
    *(("POST", "/keys/nightly/revoke"), ("GET", "/audit?format=csv")),
]


def write(house, about) -> None:
    """Let vic have counted, one entry for each."""
    with Session(house.registry.engine) as db, db.begin():
        for one in about:
            record(db, Actor(house.clock.now(), "vic", "sign-in"), "counted", one)
            db.flush()


@pytest.mark.parametrize(("method", "path"), OF_ADMINS)
def test_what_is_an_admins_is_neither_a_viewers_nor_anybodys(house, method, path):
    form = {"name": "eve", "role": "admin", "scopes": "admin"} if method == "POST" else None
    before = house.told()
    assert house.browser().request(method, path, data=form).status_code == (303 if method == "GET" else 401)
    assert house.told() == before
    viewer = house.signed_in("vic")
    before = house.told()
    assert viewer.request(method, path, data=form).status_code == 403
    assert house.program("read", "run").request(method, path, data=form).status_code == 403
    assert [one for one in house.told() if one not in before] == [("root", "key made", "nightly: read, run")]


def test_a_user_who_is_added_signs_in_with_the_password_that_is_shown_once(house):
    admin = house.signed_in("ada")
    answer = admin.post("/users", data={"name": "Eve", "role": "viewer"})
    assert answer.headers["cache-control"] == "no-store"
    (password,) = SECRET.findall(answer.text)
    assert SECRET.findall(admin.get("/users").text) == []
    eve = house.browser()
    assert eve.post("/sign-in", data={"name": "eve", "password": password}).status_code == 303
    assert eve.get("/").status_code == 200
    assert ("ada", "user added", "eve: viewer") in house.told()
    again = admin.post("/users", data={"name": "eve"})
    assert again.status_code == 422
    assert "there is a user &#39;eve&#39; already" in again.text


def test_another_password_from_an_admin_ends_the_old_one_and_every_sign_in(house):
    admin, viewer = house.signed_in("ada"), house.signed_in("vic")
    assert viewer.get("/").status_code == 200
    (password,) = SECRET.findall(admin.post("/users/vic/password").text)
    assert viewer.get("/").status_code == 303
    assert house.browser().post("/sign-in", data={"name": "vic", "password": "seven tin whistles"}).status_code == 401
    assert house.browser().post("/sign-in", data={"name": "vic", "password": password}).status_code == 303


def test_the_last_admin_cannot_lock_everybody_out(house):
    admin = house.signed_in("ada")
    for path in ("/users/ada/disable", "/users/ada/remove", "/users/ada/role"):
        answer = admin.post(path, data={"role": "viewer"})
        assert answer.status_code == 422
        assert "is the last admin" in answer.text
    assert admin.get("/users").status_code == 200


def test_who_changes_their_password_stays_in_here_and_is_out_everywhere_else(house):
    here, there = house.signed_in("vic"), house.signed_in("vic")
    assert there.get("/").status_code == 200
    new = {"current": "seven tin whistles", "password": "four slate rooftops", "again": "four slate rooftops"}
    answer = here.post("/account/password", data=new)
    assert answer.status_code == 303
    assert "signed out everywhere else" in here.get(answer.headers["location"]).text
    assert there.get("/").status_code == 303
    assert house.browser().post("/sign-in", data={"name": "vic", "password": new["current"]}).status_code == 401
    assert house.browser().post("/sign-in", data={"name": "vic", "password": new["password"]}).status_code == 303
    assert ("vic", "password changed", "vic") in house.told()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"current": "seven tin whistle"}, "The current password is another one"),
        ({"again": "four slate rooftop"}, "The two passwords differ"),
        ({"password": "short", "again": "short"}, "too short"),
    ],
)
def test_a_password_is_not_changed_by_mistake(house, change, said):
    here, there = house.signed_in("vic"), house.signed_in("vic")
    new = {"current": "seven tin whistles", "password": "four slate rooftops", "again": "four slate rooftops"}
    answer = here.post("/account/password", data={**new, **change})
    assert answer.status_code == 422
    assert said in answer.text
    assert there.get("/").status_code == 200


def test_a_stolen_browser_cannot_guess_the_password(house):
    here = house.signed_in("vic")
    guess = {"current": "guess", "password": "four slate rooftops", "again": "four slate rooftops"}
    statuses = [here.post("/account/password", data=guess).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_users_see_where_they_are_signed_in_and_end_it(house):
    here, there, admin = house.signed_in("vic"), house.browser("203.0.113.9"), house.signed_in("ada")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    there.post("/sign-in", data={"name": "vic", "password": "seven tin whistles"}, headers={"user-agent": agent})
    text = here.get("/account").text
    assert "Firefox on Linux" in text
    assert "203.0.113.9" in text
    (mark,) = re.findall(r'name="mark" value="([0-9a-f]+)"', text)
    assert admin.post("/account/sign-ins/revoke", data={"mark": mark}).status_code == 303
    assert there.get("/").status_code == 200
    assert here.post("/account/sign-ins/revoke", data={"mark": mark}).status_code == 303
    assert there.get("/").status_code == 303
    assert here.get("/").status_code == 200


def test_all_other_sign_ins_end_at_once(house):
    here, others = house.signed_in("vic"), [house.signed_in("vic") for _ in range(3)]
    assert here.post("/account/sign-ins/revoke-others").status_code == 303
    assert [other.get("/").status_code for other in others] == [303] * 3
    assert here.get("/account").status_code == 200
    assert ("vic", "sign-ins revoked", "vic: 3") in house.told()


def test_what_a_browser_calls_itself_is_text(house):
    browser = house.browser()
    agent = "<script>alert(1)</script>"
    browser.post("/sign-in", data={"name": "vic", "password": "seven tin whistles"}, headers={"user-agent": agent})
    assert "<script>alert" not in browser.get("/account").text
    assert "&lt;script&gt;alert(1)" in browser.get("/account").text


def test_a_key_is_shown_once_and_opens_what_was_ticked(house):
    admin = house.signed_in("ada")
    answer = admin.post("/keys", data={"name": "nightly", "scopes": ["read", "run"], "days": "30"})
    (key,) = SECRET.findall(answer.text)
    assert key not in admin.get("/keys").text
    assert ">nightly<" in admin.get("/keys").text
    (known,) = house.registry.api_keys.all()
    assert (known.scopes, known.added_by) == (["read", "run"], "ada")
    assert known.expires_at == house.clock.now() + timedelta(days=30)
    program = house.browser()
    assert program.get("/", headers={"authorization": f"Bearer {key}"}).status_code == 200
    house.clock.advance(timedelta(days=30))
    assert program.get("/", headers={"authorization": f"Bearer {key}"}).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "nightly"}, "would allow nothing"),
        ({"name": "Nightly Report", "scopes": "read"}, "cannot be a key&#39;s name"),
        ({"name": "nightly", "scopes": "walk"}, "Input should be"),
        ({"name": "nightly", "scopes": "read", "days": "10000"}, "Input should be"),
    ],
)
def test_a_key_that_cannot_be_is_not_made(house, form, said):
    answer = house.signed_in("ada").post("/keys", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert house.registry.api_keys.all() == []


def test_a_page_of_the_audit_leads_to_the_next_older_one(house):
    admin = house.signed_in("ada")
    write(house, [f"number {number:03}" for number in range(230)])
    seen, query = [], "?name=vic&what=counted&since=2026-11-24&until=2026-11-24"
    for most in (100, 100, 30):
        text = admin.get(f"/audit{query}").text
        found = re.findall(r"number (\d{3})", text)
        assert len(found) == most
        seen += found
        query = (re.findall(r'href="([^"]+)" rel="next"', text) or [""])[0].replace("&amp;", "&")
    assert query == ""
    assert seen == [f"{number:03}" for number in reversed(range(230))]


def test_the_audit_as_csv_is_whole_and_safe_in_a_spreadsheet(house):
    admin = house.signed_in("ada")
    write(house, ['=HYPERLINK("x")'] * 1_100)
    answer = admin.get("/audit?what=counted&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 1_100
    assert {row["about"] for row in rows} == {'\'=HYPERLINK("x")'}
    assert rows[0]["at"] == "2026-11-24T06:00:00Z"


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-13-01", "before=-1", "name=a%00b", "format=xml"])
def test_a_filter_that_cannot_be_is_refused(house, query):
    assert house.signed_in("ada").get(f"/audit?{query}").status_code == 422


def test_an_audit_with_nothing_to_show_says_so(house):
    text = house.signed_in("ada").get("/audit?name=&what=&since=2031-01-01&until=").text
    assert "No entry matches" in text
