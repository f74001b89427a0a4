"""At which points of the space a network is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from hpsearch.space import Choice, is_distribution

MOST_POINTS = 40
"""A definition that searches ten hyperparameters of a network has about 30."""
Values = Mapping[str, Any]
"""The hyperparameters of a network by name, each with one value."""


def points(parameters: Mapping[str, Any]) -> tuple[Values, ...]:
    """The centre of the space, its corners, and the points between, at most ``MOST_POINTS``.

    At the corners the ends of all distributions are met side by side: all first ends, all second ends, and so on; a
    distribution that has run out stays at its last one. At the points between, one distribution is at one of its ends
    and all others in their middle: that shows on which one a finding depends. ``parameters`` are values and
    distributions.
    """
    found: list[Values] = []
    for point in _all(parameters):
        if point not in found:
            found.append(point)
    return tuple(found[:MOST_POINTS])


def _all(parameters: Mapping[str, Any]) -> Iterator[Values]:
    searched = {key: value for key, value in parameters.items() if is_distribution(value)}
    middle = {key: one.values[0] if isinstance(one, Choice) else one.quantile(0.5) for key, one in searched.items()}
    centre = {**parameters, **middle}
    yield centre
    ends = {key: value.ends() for key, value in searched.items()}
    for index in range(max((len(values) for values in ends.values()), default=0)):
        yield {**parameters, **{key: values[min(index, len(values) - 1)] for key, values in ends.items()}}
    for key, values in ends.items():
        yield from ({**centre, key: value} for value in values)


def deciding(found: Sequence[Values], others: Sequence[Values], searched: Sequence[str]) -> tuple[str, ...]:
    """The searched hyperparameters on which it depends that something is found at some points and not at others.

    Those whose values at the two kinds of points have none in common; or else all pairs of which that is true
    together; or else all. A heuristic: where several come into question, so few points cannot tell which it is.
    """
    if not others:
        return ()
    for size in (1, 2):
        dividing = {key for keys in combinations(searched, size) if _divide(keys, found, others) for key in keys}
        if dividing:
            return tuple(key for key in searched if key in dividing)
    return tuple(searched)


def _divide(keys: tuple[str, ...], found: Sequence[Values], others: Sequence[Values]) -> bool:
    apart = [[one[key] for key in keys] for one in others]
    return not any([one[key] for key in keys] in apart for one in found)
