"""Things of different sizes, put together as far as memory allows."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def parcels(sizes: Iterable[tuple[Thing, int]], size: int, number: int | None = None) -> Iterator[list[Thing]]:
    """Yield the things in their order, at most so much `size` and so great a `number` together; at least one."""
    parcel: list[Thing] = []
    whole = 0
    for thing, own in sizes:
        if parcel and (whole + own > size or len(parcel) == number):
            yield parcel
            parcel, whole = [], 0
        parcel.append(thing)
        whole += own
    if parcel:
        yield parcel
