"""The application behind its door, on a folder of its own in which nothing was captured."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from intel_pipeline.pipeline import Pipeline
from intel_pipeline.registry.audit import Actor, Sought
from intel_pipeline.registry.store import Registry
from intel_pipeline.registry.users import Role
from intel_pipeline.settings import load_settings
from intel_pipeline.simulator.clock import VirtualClock
from intel_pipeline.web.access.access import Access, open_access
from intel_pipeline.web.access.door import Door
from intel_pipeline.web.access.passwords import hashed
from intel_pipeline.web.access.tokens import digest, new_key
from intel_pipeline.web.app import create_app
from intel_pipeline.web.parts import Parts
from intel_pipeline.web.publication import Publications

PASSWORDS = {"ada": "nine brass lanterns", "vic": "seven tin whistles"}


@cache
def known(name: str) -> str:
    """Return the hash of a password of `PASSWORDS`, made once."""
    return hashed(PASSWORDS[name], name)


@dataclass(frozen=True)
class House:
    """What stands behind the door, and the door."""

    registry: Registry
    clock: VirtualClock
    access: Access
    app: FastAPI

    def browser(self, address: str = "192.0.2.7", base: str = "http://testserver") -> TestClient:
        """Return a browser with no cookies yet."""
        headers = {"accept": "text/html"}
        client = (address, 50_000)
        door = Door(self.app, self.access)
        return TestClient(door, base_url=base, headers=headers, follow_redirects=False, client=client)

    def signed_in(self, name: str, **where: str) -> TestClient:
        """Return a browser in which a user has signed in."""
        browser = self.browser(**where)
        assert browser.post("/sign-in", data={"name": name, "password": PASSWORDS[name]}).status_code == 303
        return browser

    def program(self, *scopes: str, name: str = "nightly") -> TestClient:
        """Return a program with a new key."""
        key = new_key()
        self.registry.api_keys.add(self.root, name, digest(key), scopes, None)
        door = Door(self.app, self.access)
        return TestClient(door, headers={"authorization": f"Bearer {key}"}, follow_redirects=False)

    @property
    def root(self) -> Actor:
        return Actor(self.clock.now(), "root", "command")

    def told(self) -> list[tuple[str | None, str, str | None]]:
        """Return the audit, oldest first."""
        entries = reversed(list(self.registry.audit.all(Sought())))
        return [(entry.who, entry.what, entry.about) for entry in entries]


@pytest.fixture
def new_house(tmp_path: Path, registry: Registry, clock: VirtualClock) -> Iterator[House]:
    """One that nobody has moved into yet."""
    settings = load_settings(data_dir=tmp_path / "data")
    access = open_access(registry, settings, clock)
    publications = Publications(settings.publication)
    app = create_app(Parts(Pipeline(settings, clock, registry), publications, access))
    yield House(registry, clock, access, app)
    publications.close()


@pytest.fixture
def house(new_house: House) -> House:
    """One with an admin, ada, and a viewer, vic."""
    roles: dict[str, Role] = {"ada": "admin", "vic": "viewer"}
    for name, role in roles.items():
        new_house.registry.users.add(new_house.root, name, role, known(name))
    return new_house
