import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.reading import listing
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import PLAIN
from intel_pipeline.simulator.wire.exchange import Call, Reply, call_of, cookies_of
from intel_pipeline.simulator.wire.routes import PATHS, QUERIES
from intel_pipeline.simulator.wire.tokens import Tokens
from intel_pipeline.simulator.world import World
from intel_pipeline_tests.simulator.misleading import VIEWER, misleading_world

WWW = "www.instagram.com"


@pytest.fixture
def session(world: World) -> str:
    return f"sessionid={Tokens(world.seed).session(world.viewer_id(PLAIN.username) or 0)}"


def call(method: str, target: str, body: str = "", **headers: str) -> Call:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = CaseInsensitiveDict({"x-ig-app-id": "936619743392459", "content-type": "application/x-www-form-urlencoded"})
    sent.update(named)
    return call_of(method, WWW, target, sent, body.encode())


def content(reply: Reply) -> dict[str, Any]:
    body = json.loads(reply.body)
    assert isinstance(body, dict)
    return body


def test_the_last_cookie_value_that_is_not_blank_wins() -> None:
    assert cookies_of("sessionid=; mid=; ig_pr=1; sessionid=abc; mid=") == {"sessionid": "abc", "mid": "", "ig_pr": "1"}


def test_a_follower_page_has_the_recorded_shape(world: World, instagram: Instagram, session: str) -> None:
    target = f"/api/v1/friendships/{world.target_id('open')}/followers/"
    page = content(instagram.answer(call("GET", target, cookie=session)))
    assert set(page) == {
        "users",
        "big_list",
        "page_size",
        "next_max_id",
        "has_more",
        "should_limit_list_of_followers",
        "use_clickable_see_more",
        "show_spam_follow_request_tab",
        "status",
    }
    assert (len(page["users"]), page["page_size"], page["big_list"], page["has_more"]) == (12, 12, True, False)
    assert {"pk", "pk_id", "username", "full_name", "is_private", "fbid_v2", "strong_id__", "is_verified"} <= set(
        page["users"][0]
    )
    capped = content(instagram.answer(call("GET", f"{target}?count=200", cookie=session)))
    assert (len(capped["users"]), capped["page_size"]) == (50, 50)
    last = content(
        instagram.answer(call("GET", target.replace("followers", "following") + "?count=50", cookie=session))
    )
    assert (len(last["users"]), "next_max_id" in last, last["big_list"]) == (40, False, False)


@pytest.mark.parametrize("cursor", ["12", "QVFE", "!", "é", "followers|1|2"])
def test_a_cursor_that_was_never_handed_out_is_refused(
    world: World, instagram: Instagram, session: str, cursor: str
) -> None:
    target = f"/api/v1/friendships/{world.target_id('open')}/followers/?max_id={cursor}"
    assert instagram.answer(call("GET", target, cookie=session)).status == 400


def test_a_cursor_of_one_list_is_refused_by_another(world: World, instagram: Instagram, session: str) -> None:
    target = f"/api/v1/friendships/{world.target_id('open')}/followers/?max_id="
    cursors = Tokens(world.seed)
    open_id, empty_id = world.target_id("open"), world.target_id("empty")
    for other in (("following", open_id, 9), ("followers", empty_id, 0, 1, 9), ("followers", open_id, 9)):
        assert instagram.answer(call("GET", target + cursors.cursor(*other), cookie=session)).status == 400
    good = cursors.cursor("followers", open_id, 0, 1, 9)
    assert instagram.answer(call("GET", target + good, cookie=session)).status == 200


def test_the_lists_of_people_who_are_no_targets_say_that_they_are_limited(
    world: World, instagram: Instagram, session: str
) -> None:
    somebody = next(person for person in world.followers_of(world.target_id("open")) if not person.is_private)
    page = content(instagram.answer(call("GET", f"/api/v1/friendships/{somebody.id}/followers/", cookie=session)))
    assert (page["users"], page["should_limit_list_of_followers"]) == ([], True)


def test_a_forged_session_is_nobody(world: World, instagram: Instagram, session: str) -> None:
    target = f"/api/v1/friendships/{world.target_id('open')}/followers/"
    for forged in (session[:-1] + "999", session.replace("%3A", ":"), "sessionid=", "sessionid=a%3Ab%3Ac"):
        reply = instagram.answer(call("GET", target, cookie=forged))
        assert (reply.status, content(reply)["require_login"]) == (401, True)
    assert {logged.viewer for logged in instagram.requests} == {None}


def test_calls_without_the_app_id_the_csrf_token_or_the_page_tokens_are_refused(
    instagram: Instagram, world: World, session: str
) -> None:
    lookup = call("GET", "/api/v1/users/web_profile_info/?username=tide.tables", x_ig_app_id="1")
    assert instagram.answer(lookup).status == 400
    query = "doc_id=27937681195819736&variables=" + json.dumps({"id": str(world.target_id("open"))})
    without = call("POST", "/graphql/query", query, cookie=session)
    assert (instagram.answer(without).status, content(instagram.answer(without))["message"]) == (
        403,
        "CSRF token missing or incorrect",
    )
    with_csrf = {"cookie": f"{session}; csrftoken=abc", "x_csrftoken": "abc"}
    assert instagram.answer(call("POST", "/graphql/query", query, **with_csrf)).status == 200
    assert instagram.answer(call("POST", "/api/graphql", query, **with_csrf)).status == 400
    tokens = Tokens(world.seed).page(call("GET", "/", cookie=session))
    form = "&".join([query, *(f"{name}={value}" for name, value in tokens.items())])
    assert instagram.answer(call("POST", "/api/graphql", form, **with_csrf)).status == 400
    assert instagram.answer(call("POST", "/api/graphql", form, **with_csrf, x_fb_lsd=tokens["lsd"])).status == 200


def test_old_lists_refuse_more_than_fifty_at_a_time(world: World, instagram: Instagram, session: str) -> None:
    for first, status in ((50, 200), (51, 400), ("12", 400), (0, 400)):
        variables = json.dumps({"id": str(world.target_id("open")), "first": first})
        target = f"/graphql/query?query_hash=37479f2b8209594dde7facb0d904896a&variables={variables}"
        assert instagram.answer(call("GET", target, cookie=session)).status == status


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/friendships/99999999999999999999999999/followers/",
        "/api/v1/friendships/1/followers/?count=-1",
        "/graphql/query?query_hash=37479f2b8209594dde7facb0d904896a&variables=[",
        "/graphql/query?query_hash=37479f2b8209594dde7facb0d904896a&variables=[1]",
        "/graphql/query",
        "/api/v1/users/web_profile_info/",
        "/web/search/topsearch/",
        "/Some.Body/",
        "//",
        "/..%2f..%2f",
        "/?&&==",
    ],
)
def test_whatever_a_client_sends_gets_an_answer(instagram: Instagram, session: str, target: str) -> None:
    assert instagram.answer(call("GET", target, cookie=session)).status in (200, 400, 404)
    assert instagram.answer(call("POST", target, "variables={", authorization="Bearer IGT:2:x")).status in (
        400,
        403,
        404,
    )


WAYS_IN = st.sampled_from(
    [
        *((method, path, "") for method, _, path in PATHS),
        *QUERIES,
        ("GET", "/{}/", ""),
        ("GET", "/api/v1/friendships/{}/followers/", ""),
        ("GET", "/api/v1/friendships/80000938120/following/", ""),
    ]
)
VALUES = st.text(max_size=30) | st.integers(-1, 10**30).map(str) | st.sampled_from(["1" * 5000, "[" * 3000, "\u00b2"])


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WAYS_IN, VALUES)
def test_no_value_makes_the_stand_in_stumble(
    instagram: Instagram, session: str, way: tuple[str, str, str], value: str
) -> None:
    method, path, query = way
    escaped = quote(value)
    named = dict.fromkeys(("id", "username", "shortcode", "after"), value) | {"username": "tide.tables", "first": 12}
    for variables in (quote(json.dumps(named)), escaped):
        for cookie in (f"{session}; csrftoken=a", f"sessionid={value}; csrftoken=a", "csrftoken=a"):
            headers = {"cookie": cookie, "x_csrftoken": "a", "authorization": f"Bearer IGT:2:{value}"}
            tokens = Tokens(instagram.world.seed).page(call("GET", "/", **headers))
            fields = tokens | {"query_hash": query, "doc_id": query, "variables": variables}
            fields |= dict.fromkeys(("max_id", "count", "username", "query"), escaped)
            sent = "&".join(f"{name}={text}" for name, text in fields.items())
            target = f"{path.replace('{}', value)}?{sent}"
            reply = instagram.answer(call(method, target, sent, x_fb_lsd=tokens["lsd"], **headers))
            assert reply.status in (200, 400, 401, 403, 404)


def test_the_log_counts_requests_by_key_and_may_be_kept_short(world: World) -> None:
    instagram = Instagram(world, remember=10)
    for _ in range(100):
        instagram.answer(call("GET", "/"))
    assert 10 <= len(instagram.requests) <= 20
    last = instagram.requests[-1]
    assert (last.moment, last.method, last.host, last.path, last.key) == (world.now(), "GET", WWW, "/", "start_page")


def pages_of(instagram: Instagram, target_id: int, most: int = 9) -> list[dict[str, Any]]:
    viewer_id = instagram.world.viewer_id(VIEWER.username) or 0
    cookie = f"sessionid={Tokens(instagram.world.seed).session(viewer_id)}"
    target = f"/api/v1/friendships/{target_id}/followers/?count=50"
    pages = [content(instagram.answer(call("GET", target, cookie=cookie)))]
    while "next_max_id" in pages[-1] and len(pages) < most:
        pages.append(
            content(instagram.answer(call("GET", f"{target}&max_id={pages[-1]['next_max_id']}", cookie=cookie)))
        )
    return pages


@pytest.mark.parametrize(
    ("fault", "sizes"),
    [
        ("cut", [50, 50, 50, 30]),
        ("dead", [0]),
        ("overlapping", [50, 55, 55, 55, 55, 55]),
        ("hidden", [0]),
    ],
)
def test_a_misleading_list_goes_over_the_wire_as_if_nothing_were_wrong(
    clock: VirtualClock, fault: str, sizes: list[int]
) -> None:
    world, target_id = misleading_world(clock, {fault: 1000.0})
    pages = pages_of(Instagram(world), target_id)
    assert [len(page["users"]) for page in pages] == sizes
    assert [page["big_list"] for page in pages] == [True] * (len(sizes) - 1) + [False]
    assert {page["should_limit_list_of_followers"] for page in pages} == {False}
    assert {page["status"] for page in pages} == {"ok"}


def test_a_limited_list_says_so_over_the_wire_on_every_page(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"limited": 1000.0})
    pages = pages_of(Instagram(world), target_id)
    assert 2 <= len(pages) <= 4
    assert [page["should_limit_list_of_followers"] for page in pages] == [True] * len(pages)


def test_an_empty_page_in_the_middle_has_a_cursor_that_leads_on(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"empty_page": 1000.0})
    sizes = [len(page["users"]) for page in pages_of(Instagram(world), target_id)]
    assert sorted(sizes) == [0, 50, 50, 50, 50, 50]
    assert sizes[0] == sizes[-1] == 50


def test_a_cursor_given_again_leads_to_the_same_page_for_ever(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"repeated_cursor": 1000.0})
    pages = pages_of(Instagram(world), target_id, most=20)
    assert len(pages) == 20
    assert pages[-1] == pages[-2] == pages[6]
    assert len({page["next_max_id"] for page in pages}) < 6


def test_pages_of_one_listing_agree_whichever_server_answers(clock: VirtualClock) -> None:
    faults = {"flickering": 5.0, "shuffled": 1.0, "overlapping": 1000.0}
    world, target_id = misleading_world(clock, faults)
    other, _ = misleading_world(clock, faults)
    first = world.listing_page(target_id, 50, None)
    clock.advance(timedelta(seconds=30))
    list(listing(other, target_id))
    cursor = first.next_cursor
    assert other.listing_page(target_id, 50, cursor) == world.listing_page(target_id, 50, cursor)
    assert other.listing_page(target_id, 50, cursor).people[:5] == first.people[-5:]


def test_the_count_that_a_profile_reports_goes_over_the_wire(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"wobbling": 3.0, "lagging": 1.0})
    instagram = Instagram(world)
    seen: set[int] = set()
    for _ in range(20):
        reply = instagram.answer(call("GET", "/api/v1/users/web_profile_info/?username=lamp.lighter"))
        count = content(reply)["data"]["user"]["edge_followed_by"]["count"]
        assert count == world.reported_followers(target_id)
        seen.add(count)
        clock.advance(timedelta(minutes=7))
    assert len(seen) > 3


def test_a_target_that_is_private_for_a_while_refuses_its_list_for_as_long(clock: VirtualClock) -> None:
    world, target_id = misleading_world(clock, {"target_private": 1.0})
    instagram = Instagram(world)
    refused: list[int] = []
    for day in range(75):
        refused += [day] * ("users" not in pages_of(instagram, target_id, most=1)[0])
        clock.advance(timedelta(days=1))
    assert refused == list(range(61, 71))
