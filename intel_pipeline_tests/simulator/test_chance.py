from intel_pipeline.simulator.chance import drawn, mixed, salt


def test_chance_picks_the_share_it_says_and_another_salt_picks_others() -> None:
    one, other = ({number for number in range(10_000) if drawn(number, salt(about), 0.1)} for about in ("a", "b"))
    assert 850 < len(one) < 1150
    assert 850 < len(other) < 1150
    assert 50 < len(one & other) < 150


def test_different_numbers_stay_different_and_the_certain_is_certain() -> None:
    numbers = mixed(range(10_000), salt("c"))
    assert len(set(numbers)) == 10_000
    assert all(drawn(number, salt("d"), 1.0) for number in range(100))
    assert not any(drawn(number, salt("d"), 0.0) for number in range(100))


def test_a_salt_follows_from_what_it_is_about() -> None:
    assert salt("a", 1) == salt("a", 1)
    assert len({salt("a", 1), salt("a", 2), salt("b", 1), salt("a/1", 2)}) == 4
