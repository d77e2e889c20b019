from typing import TYPE_CHECKING

import pytest
import requests
from instaloader import Profile

from intel_pipeline.errors import IntelError
from intel_pipeline.simulator.adapter import EgressRefused, routed
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import PLAIN, trial_world
from intel_pipeline.simulator.world import World

if TYPE_CHECKING:
    from intel_pipeline_tests.simulator.conftest import NewLoader


@pytest.mark.usefixtures("no_sockets")
def test_no_socket_is_opened(instagram: Instagram, new_loader: "NewLoader") -> None:
    with routed(instagram):
        loader = new_loader()
        loader.login(PLAIN.username, PLAIN.password)
        assert len(list(Profile.from_username(loader.context, "tide.tables").get_posts())) == 60


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("url", ["https://example.org/", "http://127.0.0.1:1/", "https://instagram.com.example.org/"])
def test_any_other_host_is_refused_with_an_error_that_no_client_retries(
    instagram: Instagram, new_loader: "NewLoader", url: str
) -> None:
    with routed(instagram):
        with pytest.raises(EgressRefused, match="only the simulated Instagram"):
            requests.get(url, timeout=1)
        loader = new_loader()
        with pytest.raises(IntelError):
            loader.context.get_json("x", {}, host="example.org")
        with pytest.raises(EgressRefused):
            loader.context.get_raw(url)
    assert instagram.requests == []


def test_urls_and_cookies_are_the_real_ones(instagram: Instagram) -> None:
    with routed(instagram), requests.Session() as session:
        response = session.get("https://www.instagram.com/", params={"hl": "en"})
        assert response.url == "https://www.instagram.com/?hl=en"
        assert (response.status_code, response.reason, response.encoding) == (200, "OK", "utf-8")
        token = response.cookies["csrftoken"]
        assert token
        assert session.cookies.get("csrftoken", domain=".instagram.com") == token
        assert "LSD" in response.text
        picture = session.head("https://scontent.cdninstagram.com/v/any.jpg")
        assert (picture.status_code, picture.content) == (200, b"")


def test_the_innermost_route_answers_and_leaving_it_restores_the_one_around_it(
    instagram: Instagram, clock: VirtualClock
) -> None:
    before = requests.Session.get_adapter
    inner = Instagram(trial_world(8, clock.now(), clock))
    with routed(instagram):
        with routed(inner):
            requests.get("https://www.instagram.com/", timeout=1)
        with pytest.raises(RuntimeError), routed(inner):
            raise RuntimeError
        requests.get("https://www.instagram.com/", timeout=1)
        requests.get("https://i.instagram.com/", timeout=1)
    assert (len(inner.requests), len(instagram.requests)) == (1, 2)
    assert requests.Session.get_adapter is before


def test_routes_that_end_in_another_order_leave_nothing_behind(instagram: Instagram, world: World) -> None:
    before = requests.Session.get_adapter
    other = Instagram(world)
    first, second = routed(instagram), routed(other)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    requests.get("https://www.instagram.com/", timeout=1)
    second.__exit__(None, None, None)
    assert (len(instagram.requests), len(other.requests)) == (0, 1)
    assert requests.Session.get_adapter is before
