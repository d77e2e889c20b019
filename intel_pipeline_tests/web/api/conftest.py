"""The whole site behind its door, over a copy of the small world that tests may change, with somebody of every kind."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from intel_pipeline.client import Client
from intel_pipeline.clock import SystemClock
from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.api_keys import Scope
from intel_pipeline.registry.audit import Actor
from intel_pipeline.registry.sign_ins import Lasting
from intel_pipeline.registry.store import open_registry
from intel_pipeline.settings import load_settings
from intel_pipeline.web.access.access import open_access
from intel_pipeline.web.access.cookies import cookie_name
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.access.tokens import digest, new_key, new_token
from intel_pipeline.web.app import create_app
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications
from intel_pipeline_tests.web.api.serving import serving

DAY = timedelta(days=1)
LASTING = Lasting(DAY, 7 * DAY)
SCOPES: tuple[Scope, ...] = ("read", "run", "admin")


@dataclass(frozen=True, slots=True)
class Site:
    """The application, the door in front of it, and the headers by which each kind of asker is known."""

    app: FastAPI
    door: Door
    parts: Parts
    headers: dict[str, dict[str, str]]

    def browser(self, who: str) -> TestClient:
        return TestClient(self.door, headers=self.headers[who], follow_redirects=False)


@contextmanager
def site_of(pipeline: Pipeline, folder: Path, per_minute: int = 1_000_000) -> Iterator[Site]:
    """Yield a site over a copy of a pipeline's data in `folder`."""
    data = folder / "data"
    shutil.copytree(pipeline.settings.data_dir, data, symlinks=True)
    settings = load_settings(data_dir=data, session="desk", longest_wait=900, api_requests_per_minute=per_minute)
    own = replace(pipeline, settings=settings, registry=open_registry(settings.registry_location, pipeline.clock))
    publications = Publications(settings.publication)
    parts = Parts(own, publications, open_access(own.registry, settings))
    app = create_app(parts)
    yield Site(app, Door(app, parts.access), parts, askers(parts))
    publications.close()
    own.registry.close()


def askers(parts: Parts) -> dict[str, dict[str, str]]:
    """Return the headers of nobody, of users and keys of each kind, and of those that have expired."""
    now, registry, name = SystemClock().now(), parts.registry, cookie_name("http")
    found: dict[str, dict[str, str]] = {"nobody": {}}
    long_ago = Actor(now - 30 * DAY, "ada", "command")
    registry.users.add_first(long_ago, "ada", "no hash of any password")
    registry.users.add(long_ago, "vic", "viewer", "no hash of any password")
    for kind, user, at in (("viewer", "vic", now), ("admin", "ada", now), ("expired", "ada", now - 20 * DAY)):
        token = new_token()
        registry.sign_ins.begin(Actor(at, user, "sign-in"), user, digest(token), None, LASTING)
        found[kind] = {"cookie": f"{name}={token}"}
    for scope in SCOPES:
        key = new_key()
        registry.api_keys.add(long_ago, f"may-{scope}", digest(key), {"read", scope}, None)
        found[f"key {scope}"] = {"authorization": f"Bearer {key}"}
    key = new_key()
    registry.api_keys.add(long_ago, "was-admin", digest(key), set(SCOPES), now - DAY)
    found["key expired"] = {"authorization": f"Bearer {key}"}
    return found


@pytest.fixture(scope="module")
def site(shown: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(shown, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serving(site.door) as url:
        yield url


@pytest.fixture
def api(address: str, site: Site) -> Client:
    return Client(address, site.headers["key admin"]["authorization"].removeprefix("Bearer "))


@pytest.fixture
def program(site: Site) -> TestClient:
    return site.browser("key admin")
