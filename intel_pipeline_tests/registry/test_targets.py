from datetime import UTC, datetime

import pytest

from intel_pipeline.errors import TargetError
from intel_pipeline.registry.store import Registry


@pytest.mark.parametrize(
    "given",
    [
        "nasa",
        "NASA",
        " nasa ",
        "@nasa",
        "https://www.instagram.com/nasa/",
        "http://instagram.com/nasa",
        "instagram.com/NASA?hl=en",
        "https://www.instagram.com/nasa/reels/?x=1",
    ],
)
def test_an_account_is_named_as_people_name_it(registry: Registry, given: str) -> None:
    target = registry.targets.add(given, None, "a study of space agencies")
    assert (target.label, target.username, target.user_id, target.state) == ("nasa", "nasa", None, "active")
    assert target.added_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert [known.label for known in registry.targets.all()] == ["nasa"]


@pytest.mark.parametrize("given", ["", "  ", "@", "https://www.instagram.com/"])
def test_an_empty_name_is_refused_with_an_example(registry: Registry, given: str) -> None:
    with pytest.raises(TargetError, match="the username is empty") as caught:
        registry.targets.add(given, None, None)
    assert "targets add nasa" in caught.value.fix


@pytest.mark.parametrize("given", ["two words", "a" * 31, "na-sa", "naşa", "nasa!", "a;drop table targets"])
def test_what_cannot_be_a_username_is_refused(registry: Registry, given: str) -> None:
    with pytest.raises(TargetError, match="cannot be an Instagram username"):
        registry.targets.add(given, None, None)
    assert registry.targets.all() == []


@pytest.mark.parametrize("label", ["Rival One", "../up", "-x", "a" * 61, "ünïcode", "target=x"])
def test_what_cannot_be_a_folder_or_a_key_is_no_label(registry: Registry, label: str) -> None:
    with pytest.raises(TargetError, match="cannot be a target's label"):
        registry.targets.add("nasa", label, None)


@pytest.mark.parametrize(("username", "label"), [("a.b", "a-b"), ("_nasa_", "nasa"), ("...", "target")])
def test_a_label_is_made_of_the_username(registry: Registry, username: str, label: str) -> None:
    assert registry.targets.add(username, None, None).label == label


def test_an_account_is_added_once(registry: Registry) -> None:
    registry.targets.add("nasa", None, None)
    with pytest.raises(TargetError, match="target 'nasa' \\(nasa\\) is active") as caught:
        registry.targets.add("@NASA", "another-label", None)
    assert "captured already" in caught.value.fix


def test_an_account_that_is_paused_is_to_be_resumed_rather_than_added(registry: Registry) -> None:
    registry.targets.add("nasa", "space", None)
    registry.targets.set_state("space", "paused")
    with pytest.raises(TargetError, match="is paused") as caught:
        registry.targets.add("nasa", None, None)
    assert "targets resume space" in caught.value.fix


def test_a_label_of_another_account_is_not_given_twice(registry: Registry) -> None:
    registry.targets.add("_nasa", None, None)
    with pytest.raises(TargetError, match="target 'nasa' \\(_nasa\\) is active") as caught:
        registry.targets.add("nasa", None, None)
    assert caught.value.fix == "pick another --label"
    assert registry.targets.add("nasa", "nasa-two", None).label == "nasa-two"


def test_an_account_that_comes_back_finds_its_history_under_its_label(registry: Registry) -> None:
    registry.targets.add("nasa", None, "first purpose")
    registry.targets.identify("nasa", 528_817_151, "nasa")
    registry.targets.set_state("nasa", "removed")
    assert registry.targets.all() == []
    back = registry.targets.add("nasa", None, None)
    assert (back.label, back.user_id, back.state, back.purpose) == ("nasa", 528_817_151, "active", "first purpose")


def test_a_removed_targets_label_is_not_inherited_by_another_account(registry: Registry) -> None:
    registry.targets.add("nasa", "space", None)
    registry.targets.set_state("space", "removed")
    with pytest.raises(TargetError, match="belongs to the removed target nasa and its history"):
        registry.targets.add("esa", "space", None)


def test_a_target_is_found_by_its_label_and_by_its_present_username(registry: Registry) -> None:
    registry.targets.add("nasa", "space", None)
    registry.targets.identify("space", 7, "nasa.gov")
    assert registry.targets.get("space").username == "nasa.gov"
    assert registry.targets.get("nasa.gov").label == "space"
    found = registry.targets.find_by_user_id(7)
    assert found is not None
    assert found.label == "space"


@pytest.mark.parametrize("state", ["active", "removed"])
def test_an_unknown_target_is_refused_with_those_that_are_known(registry: Registry, state: str) -> None:
    registry.targets.add("nasa", None, None)
    registry.targets.set_state("nasa", state)
    known = "nasa" if state == "active" else "none yet"
    with pytest.raises(TargetError, match="there is no target 'esa'") as caught:
        registry.targets.get("esa")
    assert caught.value.fix.endswith(f"known targets: {known}")


def test_a_name_that_passed_to_another_account_does_not_continue_the_first_ones_history(registry: Registry) -> None:
    registry.targets.add("nasa", None, None)
    registry.targets.identify("nasa", 7, "nasa")
    with pytest.raises(TargetError, match="another account now"):
        registry.targets.identify("nasa", 8, "nasa")
    assert registry.targets.get("nasa").user_id == 7


def test_a_target_is_read_by_any_session_until_it_is_assigned_to_one(registry: Registry) -> None:
    assert registry.targets.add("nasa", None, None).session is None
    assert registry.targets.add("esa", None, None, session="desk").session == "desk"
    registry.targets.assign("nasa", "annex")
    registry.targets.assign("esa", None)
    assert {one.label: one.session for one in registry.targets.all()} == {"nasa": "annex", "esa": None}


def test_an_account_that_comes_back_is_read_by_whom_is_said_then(registry: Registry) -> None:
    registry.targets.add("nasa", None, None, session="desk")
    registry.targets.set_state("nasa", "removed")
    assert registry.targets.add("nasa", None, None).session is None
