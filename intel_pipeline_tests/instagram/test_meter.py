"""What goes over the wire is on the ledger, whether or not instaloader announces it."""

from functools import partial
from threading import Thread

import pytest
import requests
from sqlalchemy import select

from intel_pipeline.instagram.errors import ActionNeededError, ThrottledError, TransientError
from intel_pipeline.instagram.instaloader_source import InstaloaderSource
from intel_pipeline.instagram.meter import metered
from intel_pipeline.instagram.pace import MOST_REDIRECTS, Pace
from intel_pipeline.instagram.session import LOGIN_REQUESTS, log_in, open_context
from intel_pipeline.instagram.session import test as ask_who
from intel_pipeline.instagram.source import Subject
from intel_pipeline.registry.models import Request
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import CODED, PLAIN
from intel_pipeline.simulator.wire.exchange import Reply, json_reply

FOLLOWERS = "/followers/"
HOME = "https://www.instagram.com"


def kept(registry: Registry) -> list[Request]:
    with registry.engine.connect() as connection:
        return list(connection.execute(select(Request).order_by(Request.request_id)))  # type: ignore[arg-type]


def the_open_one(instagram: Instagram) -> Subject:
    return Subject("open", "tide.tables", instagram.world.target_id("open"))


def redirect(to: str) -> Reply:
    return Reply(302, b"", "text/html", [("Location", f"{HOME}{to}")])


def test_of_each_answer_surface_status_size_and_identities_are_kept(
    instagram: Instagram, source: InstaloaderSource, registry: Registry
) -> None:
    asked = the_open_one(instagram)
    source.profile(asked)
    source.followers(asked, None)
    source.posts(asked, None)
    rows = kept(registry)
    assert [(row.surface, row.status, row.identities) for row in rows] == [
        ("profile", 200, None),
        ("profile", 200, None),
        ("followers", 200, 50),
        ("posts", 200, None),
    ]
    assert all(row.bytes > 100 for row in rows)
    assert rows[2].bytes > rows[0].bytes
    assert [row.waited > 2 for row in rows] == [False, True, True, True]


def test_a_request_that_got_no_answer_keeps_no_status_and_costs_what_it_asked_for(
    instagram: Instagram, source: InstaloaderSource, registry: Registry
) -> None:
    def cut(_: object) -> Reply:
        raise requests.exceptions.ReadTimeout

    instagram.faults.append(Scripted(FOLLOWERS, cut))
    with pytest.raises(TransientError):
        source.followers(the_open_one(instagram), None)
    source.followers(the_open_one(instagram), None)
    assert [(row.status, row.bytes, row.identities) for row in kept(registry)][:1] == [(None, None, 50)]
    assert [row.status for row in kept(registry)] == [None, 200]


@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (502, TransientError)])
def test_an_answer_that_is_a_refusal_returns_nobody(
    instagram: Instagram, source: InstaloaderSource, registry: Registry, status: int, kind: type[Exception]
) -> None:
    instagram.faults.append(Scripted(FOLLOWERS, json_reply({"message": "wait", "status": "fail"}, status)))
    with pytest.raises(kind):
        source.followers(the_open_one(instagram), None)
    assert [(row.status, row.identities) for row in kept(registry)] == [(status, 0)]


def test_a_redirect_that_is_followed_is_a_row_of_its_own(
    instagram: Instagram, source: InstaloaderSource, registry: Registry, clock: VirtualClock
) -> None:
    asked = the_open_one(instagram)
    instagram.faults.append(Scripted(FOLLOWERS, redirect(f"/api/v1/friendships/{asked.user_id}/followers/")))
    before = clock.now()
    source.followers(asked, None)
    assert [(row.surface, row.bucket, row.status, row.identities) for row in kept(registry)] == [
        ("followers", "other", 302, 0),
        ("followers", "other", 200, 50),
    ]
    assert (clock.now() - before).total_seconds() > 2


def test_redirects_without_end_are_ended_by_us_and_await_the_owner(
    instagram: Instagram, source: InstaloaderSource, registry: Registry
) -> None:
    instagram.faults.append(Scripted(FOLLOWERS, redirect("/again/followers/"), times=FOR_EVER))
    before = len(instagram.requests)
    with pytest.raises(ActionNeededError, match="from page to page"):
        source.followers(the_open_one(instagram), None)
    assert registry.ledger.total() == len(instagram.requests) - before == MOST_REDIRECTS + 1


def test_every_step_of_a_login_is_on_the_ledger_at_the_sessions_pace(
    instagram: Instagram, pace: "partial[Pace]", registry: Registry, clock: VirtualClock
) -> None:
    before = clock.now()
    with metered(open_context(5, pace)) as context:
        cookies = log_in(context, CODED.username, CODED.password, lambda: str(CODED.code))
    assert cookies["sessionid"]
    assert registry.ledger.total() == len(instagram.requests) == LOGIN_REQUESTS
    assert [row.status for row in kept(registry)] == [logged.status for logged in instagram.requests]
    assert {(row.session, row.surface, row.identities) for row in kept(registry)} == {("desk", None, None)}
    assert (clock.now() - before).total_seconds() > 2 * (LOGIN_REQUESTS - 1)


def test_a_redirect_of_the_login_itself_is_seen(
    instagram: Instagram, pace: "partial[Pace]", registry: Registry
) -> None:
    instagram.faults.append(Scripted("GET www.instagram.com/?", redirect("/?")))
    with metered(open_context(5, pace)) as context:
        log_in(context, PLAIN.username, PLAIN.password, lambda: "")
    assert [row.status for row in kept(registry)] == [302, 200, 200, 200]


def test_a_test_of_a_session_is_on_the_ledger(
    instagram: Instagram, pace: "partial[Pace]", cookies: dict[str, str], registry: Registry
) -> None:
    context = open_context(5, pace)
    context.load_session(PLAIN.username, cookies)
    with metered(context):
        ask_who(context, PLAIN.username)
    assert [(row.surface, row.status) for row in kept(registry)] == [(None, 200)]


@pytest.mark.usefixtures("source")
def test_requests_of_other_threads_are_left_alone(registry: Registry) -> None:
    found: list[int] = []
    thread = Thread(target=lambda: found.append(requests.get(f"{HOME}/", timeout=5).status_code))
    thread.start()
    thread.join(timeout=10)
    assert found == [200]
    assert registry.ledger.total() == 0


def test_outside_nothing_of_requests_is_replaced(pace: "partial[Pace]") -> None:
    untouched = requests.Session.send
    with metered(open_context(5, pace)), metered(open_context(5, pace)):
        assert requests.Session.send is not untouched
    assert requests.Session.send is untouched
