"""The one server: dashboard, API and, where it is given a workspace, the Dagster UI, on one address."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from intel_pipeline.pipeline import open_pipeline
from intel_pipeline.settings import Settings
from intel_pipeline.stopping import stop_signals
from intel_pipeline.web.access.access import Access, open_access
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.app import create_app
from intel_pipeline.web.binding import ANY, Binding, listen, refuse_unsafe
from intel_pipeline.web.guard import Rules, guarded
from intel_pipeline.web.guard.headers import DAGSTER
from intel_pipeline.web.guard.hosts import allowed_hosts
from intel_pipeline.web.guard.refusing import refuse
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.problems import Problem
from intel_pipeline.web.publication import Publications

if TYPE_CHECKING:
    from intel_pipeline.web.dagster_ui import DagsterUI

# What a browser holds open at once is some ten; what is more than all of these together waits, or is told so by a 503.
MOST_CONNECTIONS = 256
# What the longest page needs; a web socket is closed at once.
ENDING_SECONDS = 5
# Both of one message; Dagster's UI sends some kilobytes.
SOCKET_BYTES, SOCKET_MESSAGES = 262_144, 8


@dataclass(frozen=True, slots=True)
class Dagster:
    """What the Dagster UI shows: the storage in `home`, and the code locations of a workspace file."""

    home: Path
    workspace: Path


def serve(settings: Settings, binding: Binding, dagster: Dagster | None, tell: Callable[[str], None]) -> None:
    """Serve until interrupted or terminated; `tell` is told where.

    Raises SettingsError where the binding is not safe, ServiceError where it is taken.
    """
    with stop_signals(), site(settings, binding, dagster) as (app, access):
        listening = listen(binding)
        config = uvicorn.Config(
            app,
            # The guard looks at whose word is taken, and it is nobody's by default.
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_level="warning",
            lifespan="on",
            ssl_certfile=binding.certificate,
            ssl_keyfile=binding.key,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=ENDING_SECONDS,
            ws_max_size=SOCKET_BYTES,
            ws_max_queue=SOCKET_MESSAGES,
        )
        tell(f"{binding.url} shows {settings.data_dir}")
        token = access.set_up.invite()
        if token:
            tell(f"There is no admin yet; this makes the first one, once: {binding.url}/set-up?token={token}")
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def site(settings: Settings, binding: Binding, dagster: Dagster | None) -> Iterator[tuple[ASGIApp, Access]]:
    """Yield all that is served, guarded, and who may be let in; raise SettingsError where the binding is not safe."""
    with ExitStack() as stack:
        pipeline = open_pipeline(settings)
        stack.callback(pipeline.registry.close)
        publications = Publications(settings.publication)
        stack.callback(publications.close)
        access = open_access(pipeline.registry, settings)
        refuse_unsafe(binding, settings, access.registry.users.has_admin)
        ui: DagsterUI | None = None
        if dagster:
            # Dagster takes seconds to import, and half of the memory.
            from intel_pipeline.web.dagster_ui import opened

            ui = stack.enter_context(opened(dagster.home, dagster.workspace))
        app = create_app(Parts(pipeline, publications, access, *((ui.heartbeats, ui.ask) if ui else ())))
        yield guarded(Door(side_by_side(app, ui or absent), access), rules(settings, binding)), access


def rules(settings: Settings, binding: Binding) -> Rules:
    """Return what is let in."""
    # An address, unlike a name, cannot be made to point here by somebody else.
    own = () if binding.host in ANY else (binding.name,)
    return Rules(allowed_hosts(binding.port, (*own, *settings.web_hosts)), settings.web_cors, settings.web_proxies)


def side_by_side(app: ASGIApp, ui: ASGIApp) -> ASGIApp:
    """Return both as one: the Dagster UI under its path, everything else beside it."""

    async def by_path(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        chosen = ui if path == DAGSTER or path.startswith(f"{DAGSTER}/") else app
        await chosen(scope, receive, send)

    return by_path


async def absent(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand in the place of the Dagster UI where there is none."""
    fix = "`intel-pipeline dev` serves it, with the daemon that lets things happen"
    await refuse(Problem(404, "The Dagster UI is not served here", fix), scope, receive, send)
