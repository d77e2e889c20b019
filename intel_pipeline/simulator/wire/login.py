"""Logging in: password, second factor, checkpoint; and the query that tells who is logged in."""

from intel_pipeline.simulator.specs import ViewerSpec
from intel_pipeline.simulator.wire.exchange import Reply, json_reply, refusal
from intel_pipeline.simulator.wire.visit import Visit

PLAIN_PASSWORD = "#PWD_INSTAGRAM_BROWSER:0:"  # noqa: S105  the prefix of a password that is sent unencrypted
CHECKPOINT = "https://www.instagram.com/challenge/action/AXF/ABC/"


def log_in(visit: Visit) -> Reply:
    """Answer a username and password: a session, a question for the second factor, a checkpoint or a refusal."""
    form = visit.call.form
    sent = form.get("enc_password", "")
    if not sent.startswith(PLAIN_PASSWORD):
        return refusal(400, "Sorry, there was a problem with your request.")
    viewer_id = visit.world.viewer_id(form.get("username", "").lower())
    viewer = None if viewer_id is None else visit.world.viewer(viewer_id)
    if viewer_id is None or viewer is None:
        return json_reply({"user": False, "authenticated": False, "status": "ok"})
    if sent.removeprefix(PLAIN_PASSWORD).partition(":")[2] != viewer.password:
        return json_reply({"user": True, "authenticated": False, "status": "ok"})
    if viewer.checkpoint:
        return refusal(400, "checkpoint_required", checkpoint_url=CHECKPOINT, lock=False, flow_render_type=0)
    if viewer.needs_code:
        return _ask_for_code(visit, viewer)
    return _welcome(visit, viewer_id)


def enter_code(visit: Visit) -> Reply:
    """Answer a second factor for the login that the identifier belongs to."""
    form = visit.call.form
    viewer_id = visit.world.viewer_id(form.get("username", "").lower())
    viewer = None if viewer_id is None else visit.world.viewer(viewer_id)
    if viewer_id is None or viewer is None or form.get("identifier") != _identifier(visit, viewer):
        return refusal(400, "This login attempt has expired. Log in again.", error_type="invalid_identifier")
    if not viewer.accepts(form.get("verificationCode", "").replace(" ", ""), visit.now):
        message = "Please check the security code and try again."
        return refusal(400, message, error_type="sms_code_validation_code_invalid")
    return _welcome(visit, viewer_id)


def who_am_i(visit: Visit) -> Reply:
    """Answer who the viewer is, null if nobody."""
    viewer = visit.viewer
    user = None if viewer is None else {"id": str(visit.viewer_id), "username": viewer.username}
    return json_reply({"data": {"user": user}, "status": "ok"})


def _ask_for_code(visit: Visit, viewer: ViewerSpec) -> Reply:
    asked = {
        "username": viewer.username,
        "sms_two_factor_on": False,
        "totp_two_factor_on": True,
        "two_factor_identifier": _identifier(visit, viewer),
    }
    return refusal(400, "", two_factor_required=True, two_factor_info=asked, error_type="two_factor_required")


def _identifier(visit: Visit, viewer: ViewerSpec) -> str:
    return "TFA" + visit.tokens.sign("two_factor", viewer.username, length=24)


def _welcome(visit: Visit, viewer_id: int) -> Reply:
    scope = "Domain=.instagram.com; Path=/; Secure"
    year = "Max-Age=31449600"
    device = visit.tokens.sign("device", viewer_id, length=24).upper()
    cookies = (
        f"csrftoken={visit.tokens.csrf()}; {year}; {scope}",
        f"sessionid={visit.tokens.session(viewer_id)}; {year}; {scope}; HttpOnly",
        f"ds_user_id={viewer_id}; {year}; {scope}",
        f"mid=a{device.lower()}; {year}; {scope}",
        f"ig_did={device}; {year}; {scope}; HttpOnly",
        f'rur="CLN\\054{viewer_id}\\0541790000000:01f7"; {scope}; HttpOnly',
    )
    content = {"user": True, "userId": str(viewer_id), "authenticated": True, "oneTapPrompt": True, "status": "ok"}
    return json_reply(content, headers=[("Set-Cookie", cookie) for cookie in cookies])
