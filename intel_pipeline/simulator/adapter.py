"""Route A: inside `routed`, every requests session of this process reaches the stand-in, without a socket."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPMessage
from http.client import responses as reasons
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from intel_pipeline.errors import IntelError
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.wire.exchange import Reply, call_of, is_instagram


class EgressRefused(IntelError):  # noqa: N818  reads as what happened
    """A request to a host that is not Instagram's, made while nothing may leave the process."""


class SimulatorAdapter(HTTPAdapter):
    """Hands requests to an `Instagram`. Their URLs stay real, so cookies and redirects work as they do online."""

    def __init__(self, instagram: Instagram) -> None:
        """Hand every request to `instagram`."""
        super().__init__()
        self._instagram = instagram

    def send(self, request: requests.PreparedRequest, *_transport: object, **_options: object) -> requests.Response:
        """Answer `request` at once; raises EgressRefused for a host that is not Instagram's."""
        url = urlsplit(request.url or "")
        host = str(url.hostname)
        if not is_instagram(host):
            problem = f"a request to {host} was refused: only the simulated Instagram may be reached here"
            raise EgressRefused(problem, "let the caller ask Instagram's hosts only, or leave the simulator")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        target = f"{url.path or '/'}?{url.query}"
        call = call_of(str(request.method), host, target, request.headers, bytes(body))
        return self.build_response(request, raw_response(self._instagram.answer(call), call.method))


class OriginalResponse:
    """What requests looks for behind urllib3's response when it collects cookies."""

    def __init__(self, message: HTTPMessage) -> None:
        """Hold the headers of a reply."""
        self.msg = message

    def isclosed(self) -> bool:
        """Say that nothing is left to be read."""
        return True

    def close(self) -> None:
        """Do nothing: there is no connection."""


def raw_response(reply: Reply, method: str) -> HTTPResponse:
    """Return `reply` as urllib3 would have read it from a connection."""
    message = HTTPMessage()
    message["Content-Type"] = reply.content_type
    for name, value in reply.headers:
        message[name] = value
    return HTTPResponse(
        body=io.BytesIO(reply.body if method != "HEAD" else b""),
        headers=HTTPHeaderDict(message.items()),
        status=reply.status,
        reason=reasons.get(reply.status, ""),
        preload_content=False,
        original_response=OriginalResponse(message),  # type: ignore[arg-type]
        request_method=method,
    )


_routes: list[SimulatorAdapter] = []
_lock = threading.Lock()
_get_adapter = requests.Session.get_adapter


def _routed_adapter(_session: requests.Session, url: str | bytes) -> BaseAdapter:  # noqa: ARG001  as in requests
    return _routes[-1]


@contextmanager
def routed(instagram: Instagram) -> Iterator[Instagram]:
    """Let every `requests.Session` of this process, new or old, reach `instagram` and nothing else.

    instaloader makes a new session for nearly every request and copies only cookies and headers into it, so the look
    up of adapters is replaced in the class. Nested uses give way to the inner one.
    """
    adapter = SimulatorAdapter(instagram)
    with _lock:
        _routes.append(adapter)
        requests.Session.get_adapter = _routed_adapter  # type: ignore[assignment, method-assign]
    try:
        yield instagram
    finally:
        with _lock:
            _routes.remove(adapter)
            if not _routes:
                requests.Session.get_adapter = _get_adapter  # type: ignore[method-assign]
