"""What is worth its cost: whatever no other thing beats at the same cost or less."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def front(things: Iterable[Thing], cost: Callable[[Thing], float], gain: Callable[[Thing], float]) -> list[Thing]:
    """The Pareto front, cheapest first: each costs more than the one before it, and gains more.

    Of several with the same cost and gain the first one is taken.
    """
    found: list[Thing] = []
    for thing in sorted(things, key=lambda thing: (cost(thing), -gain(thing))):
        if not found or gain(thing) > gain(found[-1]):
            found.append(thing)
    return found
