from datetime import timedelta

import pytest

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.audit import Actor, Sought
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock


@pytest.fixture
def ada(clock: VirtualClock) -> Actor:
    return Actor(clock.now(), "ada", "sign-in", "127.0.0.1")


def test_a_key_is_good_until_it_expires(registry: Registry, ada: Actor, clock: VirtualClock) -> None:
    registry.api_keys.add(ada, "nightly", "digest", ["run", "read"], ada.at + timedelta(days=30))
    clock.advance(timedelta(days=30) - timedelta(seconds=1))
    found = registry.api_keys.find("digest", clock.now())
    assert found is not None
    assert (found.name, found.scopes, found.added_by) == ("nightly", ["read", "run"], "ada")
    clock.advance(timedelta(seconds=1))
    assert registry.api_keys.find("digest", clock.now()) is None
    assert [key.state(clock.now()) for key in registry.api_keys.all()] == ["expired"]


def test_a_key_that_is_revoked_is_never_good_again_and_neither_is_its_name(
    registry: Registry, ada: Actor, clock: VirtualClock
) -> None:
    registry.api_keys.add(ada, "nightly", "digest", ["read"], None)
    registry.api_keys.used("nightly", clock.now())
    registry.api_keys.revoke(ada, "nightly")
    assert registry.api_keys.find("digest", clock.now()) is None
    assert [(key.state(clock.now()), key.used_at) for key in registry.api_keys.all()] == [("revoked", clock.now())]
    with pytest.raises(AccessError, match="no key 'nightly' that could be revoked"):
        registry.api_keys.revoke(ada, "nightly")
    with pytest.raises(AccessError, match="there is, or was, a key 'nightly'"):
        registry.api_keys.add(ada, "nightly", "other", ["read"], None)
    assert [(entry.what, entry.about) for entry in registry.audit.all(Sought())] == [
        ("key revoked", "nightly"),
        ("key made", "nightly: read"),
    ]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "said"),
    [
        ("Nightly", ["read"], 1, "cannot be a key's name"),
        ("a\x00b", ["read"], 1, "cannot be a key's name"),
        ("nightly", [], 1, "would allow nothing"),
        ("nightly", ["read", "walk"], 1, "there is no scope 'walk'"),
        ("nightly", ["read"], 0, "would have expired before"),
    ],
)
def test_a_key_that_would_be_good_for_nothing_is_refused(  # noqa: PLR0913  a table of cases
    registry: Registry, ada: Actor, name: str, scopes: list[str], days: int, said: str
) -> None:
    with pytest.raises(AccessError, match=said):
        registry.api_keys.add(ada, name, "digest", scopes, ada.at + timedelta(days=days))
    assert registry.api_keys.all() == []
    assert list(registry.audit.all(Sought())) == []
