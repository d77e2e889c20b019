"""What the proxy does with connections: a thread for each, a CONNECT, and then TLS spoken as Instagram."""

import contextlib
import logging
import socket
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from requests.structures import CaseInsensitiveDict

from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.wire.exchange import call_of, is_instagram

LARGEST_BODY = 1_000_000
QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux only

log = logging.getLogger(__name__)


class Lobby(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Accepts connections, a thread for each, and knows them all, so that closing leaves none behind."""

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], instagram: Instagram, tls: ssl.SSLContext) -> None:
        """Listen on `address`."""
        self.instagram = instagram
        self.tls = tls
        self._open: set[socket.socket] = set()
        self._closing = False
        self._lock = threading.Lock()
        super().__init__(address, ProxyHandler)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  as in socketserver
        """Take note of a connection and hand it to a thread of its own."""
        self.replace(None, request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401  as in socketserver
        """Forget a connection that has ended."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def replace(self, old: socket.socket | None, new: socket.socket) -> None:
        """Take note that `new` is open, in place of `old`."""
        with self._lock:
            if old is not None:
                self._open.discard(old)
            self._open.add(new)
            if self._closing:
                hang_up(new)

    @property
    def open_connections(self) -> int:
        """How many connections may still bring a request."""
        with self._lock:
            return len(self._open)

    def hang_up_all(self) -> None:
        """End every connection, now and from now on."""
        with self._lock:
            self._closing = True
            for connection in self._open:
                hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002  as in socketserver
        """Log what a thread died of."""
        log.warning("a connection to the simulator's proxy failed: %r", sys.exception())


def hang_up(connection: socket.socket) -> None:
    """End a connection that another thread may be reading from."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # the base class's: TLS state belongs to the other thread


class ProxyHandler(BaseHTTPRequestHandler):
    """The outer conversation: one CONNECT, and then TLS on the same connection."""

    server: Lobby
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        """Open the tunnel if it leads to Instagram, and answer at its other end; 403 for anywhere else."""
        self.close_connection = True
        host, _, port = self.path.rpartition(":")
        if port != "443" or not is_instagram(host):
            self.send_error(403, "Only the simulated Instagram can be reached here")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        tls = self.server.tls.wrap_socket(self.connection, server_side=True, do_handshake_on_connect=False)
        self.server.replace(self.connection, tls)
        try:
            tls.do_handshake()
            TunnelHandler(tls, self.client_address, self.server, host)
        except OSError as error:  # resets, timeouts and failed handshakes: the client's affair
            log.debug("a client hung up on the simulator's proxy: %s", error)
        finally:
            self.server.shutdown_request(tls)

    def do_GET(self) -> None:
        """Refuse to fetch anything without TLS."""
        self.close_connection = True
        self.send_error(403, "This is a proxy for https://www.instagram.com only")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  as in http.server
        """Say nothing: the stand-in keeps its own log."""


class TunnelHandler(BaseHTTPRequestHandler):
    """The inner conversation, kept alive: requests that the client believes it sends to Instagram."""

    server: Lobby
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True  # or the rest of a long body waits 40 ms for the client's acknowledgement

    def __init__(self, connection: ssl.SSLSocket, client_address: Any, server: Lobby, host: str) -> None:  # noqa: ANN401
        """Answer everything that comes over `connection` as `host` until the client leaves."""
        self._host = host
        super().__init__(connection, client_address, server)

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_HEAD(self) -> None:
        """Answer a HEAD."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def _answer(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in self.headers:
            self.close_connection = True
            self.send_error(413)
            return
        if QUICKACK is not None:  # urllib3 sends head and body apart and waits for the acknowledgement in between
            self.connection.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        body = self.rfile.read(int(length))
        headers: CaseInsensitiveDict[str] = CaseInsensitiveDict(self.headers.items())
        reply = self.server.instagram.answer(call_of(self.command, self._host, self.path, headers, body))
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  as in http.server
        """Say nothing: the stand-in keeps its own log."""
