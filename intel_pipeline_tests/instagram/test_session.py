import pytest

from intel_pipeline.instagram.errors import ActionNeededError, LoginNeededError, ThrottledError, TransientError
from intel_pipeline.instagram.second_factor import code_of
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.simulator.faults import FOR_EVER, Scripted
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import CODED, PLAIN, STOPPED, TIMED
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, refusal

LOGIN = "/api/v1/web/accounts/login/ajax/"


def nobody() -> str:
    pytest.fail("a second factor was asked for")


def test_a_password_gives_a_session_that_works(instagram: Instagram) -> None:
    cookies = log_in(open_context(5), PLAIN.username, PLAIN.password, nobody)
    context = open_context(5)
    context.load_session(PLAIN.username, cookies)
    assert context.test_login() == PLAIN.username
    assert PLAIN.password not in str(cookies)
    assert instagram.requests


def test_a_second_factor_is_asked_for_where_it_is_wanted(instagram: Instagram, clock: VirtualClock) -> None:
    assert log_in(open_context(5), CODED.username, CODED.password, lambda: str(CODED.code))["sessionid"]
    assert TIMED.totp_key is not None
    code = code_of(TIMED.totp_key, clock.now())
    assert log_in(open_context(5), TIMED.username, TIMED.password, lambda: code)["sessionid"]
    assert {logged.status for logged in instagram.requests} <= {200, 400}


@pytest.mark.parametrize(
    ("username", "password", "code"), [(PLAIN.username, "guess", ""), (CODED.username, CODED.password, "000000")]
)
@pytest.mark.usefixtures("instagram")
def test_a_wrong_password_and_a_wrong_code_are_told_to_their_owner(username: str, password: str, code: str) -> None:
    with pytest.raises(LoginNeededError, match=f"refused the password or the code of '{username}'") as caught:
        log_in(open_context(5), username, password, lambda: code)
    assert "several wrong tries lock the account" in caught.value.fix
    assert password not in str(caught.value)


@pytest.mark.parametrize("username", [STOPPED.username, "nobody.at.all"])
@pytest.mark.usefixtures("instagram")
def test_a_checkpoint_or_a_login_that_does_not_exist_needs_its_owner(username: str) -> None:
    with pytest.raises(ActionNeededError, match=f"wants the owner of '{username}' to act"):
        log_in(open_context(5), username, STOPPED.password, nobody)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (json_reply({"authenticated": True, "user": True, "userId": "1", "status": "ok"}), ActionNeededError),
        (json_reply({"authenticated": True, "user": True, "status": "ok"}), ActionNeededError),
        (Reply(200, b"<html>"), ActionNeededError),
    ],
    ids=["no session", "no id", "a page instead of JSON"],
)
def test_an_answer_to_a_login_that_gives_no_session_is_no_success(
    instagram: Instagram, reply: Reply, kind: type[Exception]
) -> None:
    instagram.faults.append(Scripted(LOGIN, reply, times=FOR_EVER))
    with pytest.raises(kind):
        log_in(open_context(5), PLAIN.username, PLAIN.password, nobody)


@pytest.mark.parametrize(
    ("reply", "kind"), [(refusal(429, "Please wait"), ThrottledError), (Reply(502, b""), TransientError)]
)
def test_a_session_that_cannot_be_tested_is_not_handed_out(
    instagram: Instagram, reply: Reply, kind: type[Exception]
) -> None:
    instagram.faults.append(Scripted("d6f4427fbe92d846298cf93df0b937d3", reply, times=FOR_EVER))
    with pytest.raises(kind):
        log_in(open_context(5), PLAIN.username, PLAIN.password, nobody)


def test_a_session_that_answers_as_nobody_is_not_handed_out(instagram: Instagram) -> None:
    nobody_at_all = json_reply({"data": {"user": None}, "status": "ok"})
    instagram.faults.append(Scripted("d6f4427fbe92d846298cf93df0b937d3", nobody_at_all, times=FOR_EVER))
    with pytest.raises(LoginNeededError, match="is not logged in"):
        log_in(open_context(5), PLAIN.username, PLAIN.password, nobody)
