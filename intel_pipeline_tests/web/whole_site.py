"""The whole site as it is served, with a small Dagster behind it: its guard, its door, two users, a port of loopback."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from intel_pipeline.defs.running import dagster_home
from intel_pipeline.registry.audit import Actor
from intel_pipeline.registry.users import Role
from intel_pipeline.settings import Settings, load_settings
from intel_pipeline.web.access.access import Access
from intel_pipeline.web.access.passwords import hashed
from intel_pipeline.web.binding import Binding, listen
from intel_pipeline.web.serving import Dagster, site

PASSWORD = "correct horse battery staple"
USERS: dict[str, Role] = {"ada": "admin", "vic": "viewer"}
SMALL = """
import dagster as dg

@dg.asset
def tide() -> int:
    return 1

@dg.schedule(cron_schedule="0 0 1 1 *", target=[tide])
def yearly():
    return dg.RunRequest()

defs = dg.Definitions(assets=[tide], schedules=[yearly])
"""


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is, and who may be let in."""

    origin: str
    settings: Settings
    access: Access

    def sign_in(self, name: str) -> httpx2.Client:
        """Return a browser of a user's who has signed in, without JavaScript."""
        client = httpx2.Client(base_url=self.origin, headers={"origin": self.origin, "accept": "*/*"}, timeout=60)
        answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def ask(self, query: str) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Return what Dagster says to an admin."""
        with closing(self.sign_in("ada")) as client:
            return client.post("/dagster/graphql", json={"query": query}).raise_for_status().json()["data"]


def small_dagster(settings: Settings, folder: Path) -> Dagster:
    """Return a Dagster with one asset and one schedule."""
    code, workspace = folder / "small.py", folder / "workspace.yaml"
    code.write_text(SMALL)
    workspace.write_text(f"load_from: [{{python_file: {{relative_path: {code}, location_name: small}}}}]")
    return Dagster(dagster_home(settings), workspace)


@contextmanager
def whole_site(folder: Path, *, with_dagster: bool = True) -> Iterator[Site]:
    """Serve it over an empty data folder."""
    settings = load_settings(data_dir=folder / "data")
    dagster = small_dagster(settings, folder) if with_dagster else None
    listening = listen(Binding("127.0.0.1", 0))
    binding = Binding("127.0.0.1", listening.getsockname()[1])
    with listening, site(settings, binding, dagster) as (app, access):
        for name, role in USERS.items():
            access.registry.users.add(Actor(datetime.now(UTC), None, "command"), name, role, hashed(PASSWORD, name))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", proxy_headers=False, lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield Site(binding.url, settings, access)
        finally:
            server.should_exit = True
            thread.join(20)
