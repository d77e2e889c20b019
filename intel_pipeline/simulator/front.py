"""Route B: a proxy that takes any client's TLS connection to Instagram and answers it itself; nothing is patched."""

import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from intel_pipeline.clock import SystemClock
from intel_pipeline.simulator import authority
from intel_pipeline.simulator.server import Instagram
from intel_pipeline.simulator.tunnel import Lobby


class Front:
    """A running proxy. `environment()` is what a client process needs to be given, and all it needs."""

    def __init__(self, instagram: Instagram, host: str, port: int, directory: Path) -> None:
        """Write the papers into `directory` and start to listen; port 0 takes any free one."""
        papers = authority.issue(directory, SystemClock().now())
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(papers.chain)
        self.ca_bundle = papers.bundle.resolve()
        self._lobby = Lobby((host, port), instagram, tls)
        self.proxy_url = f"http://{host}:{self._lobby.server_address[1]}"
        self._thread = threading.Thread(target=self._lobby.serve_forever, args=(0.05,), name="simulator-front")
        self._thread.start()

    def environment(self) -> dict[str, str]:
        """Return the variables that route a process's requests to this proxy and make it trust the answers."""
        proxy, bundle = self.proxy_url, str(self.ca_bundle)
        routing = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
        return routing | {"REQUESTS_CA_BUNDLE": bundle, "CURL_CA_BUNDLE": bundle}

    @property
    def open_connections(self) -> int:
        """How many connections may still bring a request: a client that was killed leaves some to be read to their end."""
        return self._lobby.open_connections

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._lobby.shutdown()
        self._lobby.hang_up_all()
        self._lobby.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        """Return the running proxy."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


def serve_front(instagram: Instagram, host: str = "127.0.0.1", port: int = 0, *, directory: Path) -> Front:
    """Start the proxy of route B in front of `instagram`; its certificates are written into `directory`."""
    return Front(instagram, host, port, directory)
