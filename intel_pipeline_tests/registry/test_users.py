from datetime import timedelta
from threading import Barrier, Thread

import pytest

from intel_pipeline.errors import AccessError
from intel_pipeline.registry.audit import Actor, Sought
from intel_pipeline.registry.sign_ins import Lasting
from intel_pipeline.registry.store import Registry
from intel_pipeline.simulator.clock import VirtualClock

LASTING = Lasting(timedelta(hours=12), timedelta(days=30))


@pytest.fixture
def root(clock: VirtualClock) -> Actor:
    return Actor(clock.now(), "root", "command")


def told(registry: Registry) -> list[tuple[str | None, str, str | None]]:
    return [(entry.who, entry.what, entry.about) for entry in registry.audit.all(Sought())]


def test_what_is_done_to_users_is_in_the_audit(registry: Registry, root: Actor) -> None:
    registry.users.add(root, "ada", "admin", "hash")
    registry.users.add(root, "vic", "viewer", "hash")
    registry.users.set_role(root, "vic", "admin")
    registry.users.set_password(root, "vic", "other")
    registry.users.set_password(root._replace(who="vic", by="sign-in"), "vic", "another")
    registry.users.set_disabled(root, "vic", disabled=True)
    registry.users.set_disabled(root, "vic", disabled=False)
    registry.users.remove(root, "vic")
    assert told(registry) == [
        ("root", "user removed", "vic"),
        ("root", "user enabled", "vic"),
        ("root", "user disabled", "vic"),
        ("vic", "password changed", "vic"),
        ("root", "password set", "vic"),
        ("root", "role given", "vic: admin"),
        ("root", "user added", "vic: viewer"),
        ("root", "user added", "ada: admin"),
    ]
    assert [user.name for user in registry.users.all()] == ["ada"]


def test_the_last_admin_stays_one_and_what_is_refused_is_not_in_the_audit(registry: Registry, root: Actor) -> None:
    registry.users.add(root, "ada", "admin", "hash")
    registry.users.add(root, "eve", "admin", "hash")
    registry.users.set_disabled(root, "eve", disabled=True)
    before = told(registry)
    for change in (
        lambda: registry.users.set_role(root, "ada", "viewer"),
        lambda: registry.users.set_disabled(root, "ada", disabled=True),
        lambda: registry.users.remove(root, "ada"),
    ):
        with pytest.raises(AccessError, match="'ada' is the last admin"):
            change()
    assert told(registry) == before
    assert registry.users.has_admin()
    registry.users.remove(root, "eve")


def test_two_admins_who_take_each_others_role_at_once_leave_one(registry: Registry, root: Actor) -> None:
    for number in range(5):
        names, barrier = (f"ada-{number}", f"eve-{number}"), Barrier(2)
        for name in names:
            registry.users.add(root, name, "admin", "hash")
        for user in registry.users.all():
            if user.name not in names and user.role == "admin":
                registry.users.set_role(root, user.name, "viewer")
        refused: list[AccessError] = []

        def take(name: str, barrier: Barrier = barrier, refused: list[AccessError] = refused) -> None:
            barrier.wait(timeout=10)
            try:
                registry.users.set_role(root, name, "viewer")
            except AccessError as error:
                refused.append(error)

        threads = [Thread(target=take, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(refused) == 1
        assert registry.users.has_admin()


def test_the_first_admin_is_added_once(registry: Registry, root: Actor) -> None:
    nobody = root._replace(who=None, by="nobody")
    registry.users.add(root, "vic", "viewer", "hash")
    registry.users.add_first(nobody, "ada", "hash")
    with pytest.raises(AccessError, match="there is an admin already"):
        registry.users.add_first(nobody, "eve", "hash")
    assert [(user.name, user.role) for user in registry.users.all()] == [("ada", "admin"), ("vic", "viewer")]


@pytest.mark.parametrize("name", ["", "Ada", "ada lovelace", "-ada", "a" * 61, "ada\n", "a/b", "a\x00b"])
def test_a_name_that_cannot_be_is_refused(registry: Registry, root: Actor, name: str) -> None:
    with pytest.raises(AccessError, match="cannot be a user's name"):
        registry.users.add(root, name, "viewer", "hash")
    assert registry.users.find(name) is None
    with pytest.raises(AccessError, match="there is no user"):
        registry.users.get(name)
    assert registry.users.all() == []


def test_a_name_that_is_taken_is_refused_and_an_unknown_one_says_which_are_known(
    registry: Registry, root: Actor
) -> None:
    registry.users.add(root, "ada", "admin", "hash")
    with pytest.raises(AccessError, match="there is a user 'ada' already"):
        registry.users.add(root, "ada", "viewer", "other")
    with pytest.raises(AccessError) as caught:
        registry.users.set_role(root, "eve", "admin")
    assert caught.value.fix.endswith("known users: ada")


def test_a_sign_in_ends_when_it_is_idle_or_old_or_its_user_may_not_sign_in(
    registry: Registry, root: Actor, clock: VirtualClock
) -> None:
    registry.users.add(root, "ada", "admin", "hash")
    registry.users.add(root, "vic", "viewer", "hash")

    def known(digest: str) -> str | None:
        found = registry.sign_ins.find(digest, clock.now(), LASTING)
        return found[1].name if found else None

    registry.sign_ins.begin(root._replace(at=clock.now()), "vic", "d1", "Firefox", LASTING)
    clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    assert known("d1") == "vic"
    registry.sign_ins.seen("d1", clock.now())
    clock.advance(timedelta(hours=12))
    assert known("d1") is None
    registry.sign_ins.begin(root._replace(at=clock.now()), "vic", "d2", None, LASTING)
    for _ in range(60):
        assert known("d2") == "vic"
        registry.sign_ins.seen("d2", clock.now())
        clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    clock.advance(timedelta(minutes=1))
    assert known("d2") is None
    registry.sign_ins.begin(root._replace(at=clock.now()), "vic", "d3", None, LASTING)
    assert [
        one.digest for one in registry.sign_ins.of("vic", clock.now(), Lasting(timedelta(999), timedelta(999)))
    ] == ["d3"]
    registry.users.set_disabled(root, "vic", disabled=True)
    registry.users.set_disabled(root, "vic", disabled=False)
    assert known("d3") is None


def test_another_password_ends_the_sign_ins_but_the_one_that_it_was_changed_in(
    registry: Registry, root: Actor, clock: VirtualClock
) -> None:
    for name in ("ada", "vic"):
        registry.users.add(root, name, "admin", "hash")
        for place in ("desk", "phone"):
            registry.sign_ins.begin(root, name, f"{name} {place}", None, LASTING)

    def places(name: str) -> list[str]:
        return [one.digest for one in registry.sign_ins.of(name, clock.now(), LASTING)]

    registry.users.set_password(root, "vic", "other", keep="vic phone")
    assert places("vic") == ["vic phone"]
    registry.users.set_password(root, "vic", "another")
    assert places("vic") == []
    assert places("ada") == ["ada desk", "ada phone"]
    registry.users.remove(root, "ada")
    assert places("ada") == []


def test_users_end_their_own_sign_ins_only(registry: Registry, root: Actor, clock: VirtualClock) -> None:
    digests = {"ada": ["a" * 64, "b" * 64, "c" * 64], "vic": ["d" * 64]}
    for name, of_user in digests.items():
        registry.users.add(root, name, "admin", "hash")
        for digest in of_user:
            registry.sign_ins.begin(root, name, digest, None, LASTING)
    assert not registry.sign_ins.revoke(root, "ada", "d" * 16)
    assert not registry.sign_ins.revoke(root, "ada", "a")
    assert registry.sign_ins.revoke(root, "ada", "a" * 16)
    assert registry.sign_ins.revoke_others(root, "ada", "b" * 64) == 1
    left = {name: [one.digest[0] for one in registry.sign_ins.of(name, clock.now(), LASTING)] for name in digests}
    assert left == {"ada": ["b"], "vic": ["d"]}
    assert [what for _, what, _ in told(registry)][:2] == ["sign-ins revoked", "sign-in revoked"]


def test_the_audit_is_read_in_pages_and_filtered(registry: Registry, root: Actor, clock: VirtualClock) -> None:
    for number in range(25):
        who = ("ada", "vic", None)[number % 3]
        registry.audit.add(Actor(clock.now(), who, "sign-in", "127.0.0.1"), f"deed {number % 2}", str(number))
        clock.advance(timedelta(hours=1))
    first = registry.audit.newest(Sought(), 10)
    second = registry.audit.newest(Sought(), 10, first[-1].audit_id)
    assert [entry.about for entry in first + second] == [str(number) for number in range(24, 4, -1)]
    assert len(list(registry.audit.all(Sought()))) == 25
    start = first[-1].at
    assert {entry.who for entry in registry.audit.all(Sought(who="vic"))} == {"vic"}
    found = registry.audit.all(Sought(what="deed 1", since=start, until=start + timedelta(hours=4)))
    assert [entry.about for entry in found] == ["17", "15"]
