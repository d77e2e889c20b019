"""Chance that is a function of what it is about: the same question gets the same answer in every process."""

import hashlib
from collections.abc import Iterable

WORD = (1 << 64) - 1


def salt(*about: object) -> int:
    """Return 64 bits that follow from `about`."""
    text = "/".join(str(part) for part in about)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def mixed(numbers: Iterable[int], salt: int) -> list[int]:
    """Return 64 bits for each of `numbers` (under 2**64): as good as random, and different for different numbers."""
    # splitmix64, written out in one expression because a call for every follower of every listing is what costs
    first = [((number ^ salt) * 0x9E3779B97F4A7C15) & WORD for number in numbers]
    second = [((number ^ number >> 30) * 0xBF58476D1CE4E5B9) & WORD for number in first]
    third = [((number ^ number >> 27) * 0x94D049BB133111EB) & WORD for number in second]
    return [number ^ number >> 31 for number in third]


def drawn(number: int, salt: int, chance: float) -> bool:
    """Return whether what has `chance` happens to `number` (under 2**64)."""
    return mixed((number,), salt)[0] < chance * WORD
