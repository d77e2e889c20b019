import io
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intel_pipeline.instagram.cookies import CookiesError, read_cookies
from intel_pipeline.instagram.session import log_in, open_context
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.trial_world import PLAIN

SESSION = {"sessionid": "9%3AcAnArY%3A1", "csrftoken": "tOkEn", "ds_user_id": "9", "s_network": ""}
KEPT = {name: value for name, value in SESSION.items() if value}


def browser(cookies: dict[str, str], domain: str = ".instagram.com") -> list[dict[str, Any]]:
    return [{"name": name, "value": value, "domain": domain, "path": "/"} for name, value in cookies.items()]


def test_a_session_that_instaloader_saved_is_read(instagram: Instagram, tmp_path: Path) -> None:
    context = open_context(5)
    context.load_session(PLAIN.username, log_in(open_context(5), PLAIN.username, PLAIN.password, str))
    file = io.BytesIO()
    context.save_session_to_file(file)
    assert read_cookies(file.getvalue())["sessionid"] == context.save_session()["sessionid"]
    assert instagram.requests


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_that_pickle_has_had_since_2003_is_read(protocol: int) -> None:
    assert read_cookies(pickle.dumps(SESSION, protocol)) == KEPT


@pytest.mark.parametrize(
    "content",
    [SESSION, browser(SESSION), {"url": "https://www.instagram.com", "cookies": browser(SESSION)}],
    ids=["object", "list", "wrapped list"],
)
def test_cookies_are_read_from_json_of_any_known_shape(content: object) -> None:
    assert read_cookies(json.dumps(content).encode()) == KEPT
    assert read_cookies(b"\xef\xbb\xbf" + json.dumps(content, indent=4).encode()) == KEPT


def test_cookies_of_other_sites_are_left_out() -> None:
    mixed = [
        *browser(SESSION),
        *browser({"sessionid": "of another site"}, "notinstagram.com"),
        *browser({"mid": "m"}, "www.instagram.com"),
    ]
    assert read_cookies(json.dumps(mixed).encode()) == KEPT | {"mid": "m"}


class Evil:
    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.file),)


def test_a_file_that_would_run_code_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(CookiesError, match="reading it could run code"):
        read_cookies(pickle.dumps({**SESSION, "more": Evil(tmp_path / "ran")}))
    assert not (tmp_path / "ran").exists()


def test_a_file_that_asks_for_memory_without_end_is_refused_unread() -> None:
    with pytest.raises(CookiesError, match="reading it could run code"):
        read_cookies(b"\x80\x02}r\xff\xff\xff\x7f.")


@pytest.mark.parametrize("missing", ["sessionid", "csrftoken"])
def test_cookies_without_a_login_are_no_session(missing: str) -> None:
    with pytest.raises(CookiesError, match=f"no cookie '{missing}'"):
        read_cookies(json.dumps({**SESSION, missing: ""}).encode())


@pytest.mark.parametrize("name", ["sessionid", "mid"])
@pytest.mark.parametrize("value", ["cAnArY\r\nX-Evil: 1", "cAnArY\N{SNOWMAN}"])
def test_a_cookie_that_would_break_a_request_is_named_and_not_quoted(name: str, value: str) -> None:
    with pytest.raises(CookiesError, match=f"'{name}'") as caught:
        read_cookies(json.dumps({**SESSION, name: value}).encode())
    assert "cAnArY" not in str(caught.value)


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda rest: b"\x80\x04" + rest))
def test_whatever_is_given_is_refused_with_a_way_out_rather_than_read(content: bytes) -> None:
    with pytest.raises(CookiesError, match="What now"):
        read_cookies(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda rest: st.lists(rest) | st.dictionaries(st.text(), rest),
    )
)
def test_whatever_json_is_given_is_refused_with_a_way_out_rather_than_read(content: object) -> None:
    with pytest.raises(CookiesError, match="What now"):
        read_cookies(json.dumps(content).encode())


def test_more_than_a_session_can_be_is_refused() -> None:
    with pytest.raises(CookiesError, match="that is no session: it has 200,101 bytes"):
        read_cookies(json.dumps({**SESSION, "more": "x" * 200_000}).encode())
