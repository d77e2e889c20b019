"""Who the door takes a request to be from."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from intel_pipeline.errors import RegistryError
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.access.tokens import digest, new_key


@contextmanager
def statements(engine) -> Iterator[list[str]]:
    """Yield the SQL that is run meanwhile."""
    run: list[str] = []

    def note(connection, cursor, statement, *others: object) -> None:
        run.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield run
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("scopes", "users", "overview"), [(["read"], 403, 200), (["run"], 403, 403), (["read", "admin"], 200, 200)]
)
def test_a_key_opens_what_its_scopes_say(house, scopes, users, overview):
    program = house.program(*scopes)
    assert program.get("/users").status_code == users
    assert program.get("/").status_code == overview


def test_a_key_is_no_user(house):
    assert house.program("read", "run", "admin").get("/account").status_code == 403


@pytest.mark.parametrize("key", ["ip_short", "nonsense", "", new_key()], ids=["short", "nonsense", "none", "unknown"])
def test_a_wrong_key_is_refused_even_beside_a_good_cookie(house, key):
    browser = house.signed_in("ada")
    headers = {"authorization": f"Bearer {key}", "accept": "application/json"}
    assert browser.get("/users").status_code == 200
    assert browser.get("/users", headers=headers).status_code == 401


def test_with_a_key_the_cookie_counts_for_nothing(house):
    browser, program = house.signed_in("ada"), house.program("read")
    headers = {"authorization": program.headers["authorization"]}
    assert browser.get("/users", headers=headers).status_code == 403


def test_a_proxys_own_password_leaves_the_cookie_good(house):
    browser = house.signed_in("ada")
    assert browser.get("/users", headers={"authorization": "Basic cHJveHk6cHJveHk="}).status_code == 200


def test_an_expired_and_a_revoked_key_are_worth_nothing(house):
    key = new_key()
    house.registry.api_keys.add(house.root, "brief", digest(key), ["read"], house.clock.now() + timedelta(days=1))
    program = house.program("read")
    brief = {"authorization": f"Bearer {key}"}
    assert [program.get("/").status_code, program.get("/", headers=brief).status_code] == [200, 200]
    house.signed_in("ada").post("/keys/nightly/revoke")
    assert program.get("/").status_code == 401
    house.clock.advance(timedelta(days=1))
    assert program.get("/", headers=brief).status_code == 401


def test_a_key_says_when_it_was_used(house):
    program = house.program("read")
    house.clock.advance(timedelta(hours=3))
    program.get("/")
    assert [key.used_at for key in house.registry.api_keys.all()] == [house.clock.now()]


def test_a_page_and_what_it_loads_ask_the_registry_once(house):
    browser = house.signed_in("vic")
    with statements(house.registry.engine) as run:
        for _ in range(10):
            assert browser.get("/").status_code == 200
    assert len([one for one in run if "sign_ins" in one]) == 1
    house.clock.advance(timedelta(seconds=5))
    with statements(house.registry.engine) as run:
        browser.get("/")
    assert len([one for one in run if "sign_ins" in one]) == 1


def test_style_sheets_are_for_all_and_ask_nothing(house):
    browser = house.signed_in("vic")
    house.clock.advance(timedelta(minutes=1))
    with statements(house.registry.engine) as run:
        assert browser.get("/static/app.css").status_code == 200
    assert run == []


def test_whoever_is_shut_out_is_out_with_their_next_request(house):
    admin, viewer = house.signed_in("ada"), house.signed_in("vic")
    assert viewer.get("/").status_code == 200
    admin.post("/users/vic/disable")
    assert viewer.get("/").status_code == 303
    admin.post("/users/vic/enable")
    assert viewer.get("/").status_code == 303


def test_another_role_counts_from_the_next_request_on(house):
    admin, viewer = house.signed_in("ada"), house.signed_in("vic")
    assert viewer.get("/users").status_code == 403
    admin.post("/users/vic/role", data={"role": "admin"})
    assert viewer.get("/users").status_code == 200


def test_what_another_process_does_is_known_within_seconds(house):
    viewer = house.signed_in("vic")
    assert viewer.get("/").status_code == 200
    house.registry.users.set_disabled(house.root, "vic", disabled=True)
    house.clock.advance(timedelta(seconds=5))
    assert viewer.get("/").status_code == 303


def test_where_the_registry_does_not_answer_nobody_is_taken_for_nobody(house):
    browser = house.signed_in("vic")
    house.clock.advance(timedelta(minutes=1))

    def fail(*others: object) -> None:
        problem = "the registry cannot be reached"
        raise RegistryError(problem, "start its server")

    event.listen(house.registry.engine, "before_cursor_execute", fail)
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "start its server" in answer.text
    event.remove(house.registry.engine, "before_cursor_execute", fail)
    assert browser.get("/").status_code == 200


def test_web_sockets_go_through_the_same_door(house):
    async def names_who(scope, receive, send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        who = scope["intel.who"]
        await socket.send_json(who and [who.name, sorted(who.scopes), who.by])
        await socket.close()

    def told(cookie: str) -> object:
        with TestClient(Door(names_who, house.access)).websocket_connect("/", headers={"cookie": cookie}) as socket:
            return socket.receive_json()

    token = house.signed_in("vic").cookies["intel_sign_in"]
    assert told(f"intel_sign_in={token}") == ["vic", ["read"], "sign-in"]
    assert told(f"intel_sign_in={'A' * 43}") is None
