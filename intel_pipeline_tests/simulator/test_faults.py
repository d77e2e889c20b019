from typing import TYPE_CHECKING

import instaloader
import pytest
from instaloader import Profile

from intel_pipeline.simulator.adapter import routed
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import PLAIN
from intel_pipeline.simulator.wire.exchange import json_reply, please_log_in, refusal
from intel_pipeline.simulator.world import World

if TYPE_CHECKING:
    from intel_pipeline_tests.simulator.conftest import NewLoader


def test_a_throttle_comes_after_some_calls_and_passes(world: World, new_loader: "NewLoader") -> None:
    throttle = Scripted("/followers/", refusal(429, "Please wait"), after=1, times=2)
    instagram = Instagram(world, [throttle])
    path = f"api/v1/friendships/{world.target_id('open')}/followers/"
    with routed(instagram):
        loader = new_loader()
        loader.login(PLAIN.username, PLAIN.password)
        loader.context.get_json(path, {})
        for _ in range(2):
            with pytest.raises(instaloader.ConnectionException) as caught:
                loader.context.get_json(path, {})
            assert isinstance(caught.value.__cause__, instaloader.TooManyRequestsException)
        loader.context.get_json(path, {})
    assert [(logged.key, logged.status) for logged in instagram.requests[-4:]] == [
        ("followers", 200),
        ("followers", 429),
        ("followers", 429),
        ("followers", 200),
    ]


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (Scripted("followers", please_log_in(), times=FOR_EVER), instaloader.ConnectionException),
        (Scripted("followers", refusal(400, "challenge_required")), instaloader.AbortDownloadException),
    ],
)
def test_a_login_wall_and_a_challenge_reach_the_client(
    world: World, new_loader: "NewLoader", fault: Scripted, raised: type[Exception]
) -> None:
    with routed(Instagram(world, [fault])):
        loader = new_loader()
        loader.login(PLAIN.username, PLAIN.password)
        with pytest.raises(raised):
            loader.context.get_json(f"api/v1/friendships/{world.target_id('open')}/followers/", {})


def test_drift_can_be_made_out_of_the_call(world: World, new_loader: "NewLoader") -> None:
    drift = Scripted("27937681195819736", lambda call: json_reply({"moved": call.method, "status": "ok"}))
    with routed(Instagram(world, [drift])):
        loader = new_loader()
        loader.login(PLAIN.username, PLAIN.password)
        profile = Profile.from_username(loader.context, "tide.tables")
        with pytest.raises(instaloader.ProfileNotExistsException):
            _ = profile.followed_by_viewer
