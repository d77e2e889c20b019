"""The simulator as a service of its own: a web server and the proxy in front of one world, until it is stopped."""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from intel_pipeline.simulator.front import Front, serve_front
from intel_pipeline.simulator.server import Instagram, asgi
from intel_pipeline.simulator.world import World

REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Service:
    """A running simulator: `url` speaks plain HTTP, `front` is the proxy of route B."""

    url: str
    front: Front
    instagram: Instagram
    stop: Callable[[], None]


def serve(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    directory: Path,
    announce: Callable[[Service], None],
) -> None:
    """Serve `world` until interrupted, or until `Service.stop` is called from another thread.

    The web server takes `port` and the proxy the next one; 0 lets both take any free one. `announce` is called once
    everything listens; `directory` takes the certificates. The pace of time is that of the world's clock: a
    `RunningClock` with a speed of 86400 / n lets a day pass in n seconds. Raises OSError if a port is taken.
    """
    instagram = Instagram(world, remember=REMEMBERED)
    config = uvicorn.Config(asgi(instagram), lifespan="off", log_level="warning", access_log=False)
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    with (
        socket.create_server((host, port)) as listener,
        serve_front(instagram, host, port and port + 1, directory=directory) as front,
        contextlib.suppress(KeyboardInterrupt),
    ):
        url = f"http://{host}:{listener.getsockname()[1]}"
        announce(Service(url, front, instagram, stop))
        server.run(sockets=[listener])
