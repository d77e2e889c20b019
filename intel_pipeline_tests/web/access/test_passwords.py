import time

import pytest

from intel_pipeline.errors import AccessError
from intel_pipeline.web.access.passwords import generated, hashed, matches


def test_a_password_matches_its_hash_and_nothing_else():
    known = hashed("nine brass lanterns", "ada")
    assert known.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches("nine brass lanterns", known)
    assert not matches("nine brass lantern", known)
    assert not matches("nine brass lanterns", None)
    assert hashed("nine brass lanterns", "ada") != known


def test_the_same_letters_put_together_differently_are_the_same_password():
    assert matches("cafe\u0301 au lait chaud", hashed("caf\u00e9 au lait chaud", "ada"))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("brief", "too short: it has 5"),
        ("x" * 201, "too long: it has 201"),
        ("abababababab", "repeats a few"),
        ("grace.hopper1", "little more than the user's name"),
    ],
)
def test_a_weak_password_is_refused_with_what_a_better_one_is(password, said):
    with pytest.raises(AccessError, match=said) as caught:
        hashed(password, "grace.hopper")
    assert "12 to 200 characters" in caught.value.fix
    assert password not in str(caught.value)


def test_a_password_that_was_made_is_strong_and_another_one_each_time():
    made = {generated() for _ in range(50)}
    assert len(made) == 50
    for one in list(made)[:2]:
        assert matches(one, hashed(one, "ada"))


def test_it_takes_as_long_to_refuse_an_unknown_user_as_a_wrong_password():
    known = hashed("nine brass lanterns", "ada")
    matches("warm", None)

    def taken(known: str | None) -> float:
        begun = time.thread_time()
        matches("another password", known)
        return time.thread_time() - begun

    wrong, unknown = (min(taken(one) for _ in range(7)) for one in (known, None))
    assert 0.6 < unknown / wrong < 1.7
