"""The values that a hyperparameter has had, as a few named levels: a choice as it stands, many numbers as ranges."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.report.words import value_words
from hpsearch.space import Value

MOST_VALUES = 6
"""So many different numbers are levels of their own; more are divided into ranges."""
MOST_RANGES = 5
TRIALS_PER_RANGE = 6
"""Heuristic: enough for a range to have a mean, few enough for a bent curve to show."""


@dataclass(frozen=True)
class Levels:
    """The levels of one hyperparameter, and which one each trial is at."""

    names: tuple[str, ...]
    """In rising order for numbers, else in the order of the trials."""
    places: tuple[int, ...]
    """Index of the level, for each of the values."""


def levels(values: Sequence[Value]) -> Levels:
    """The levels of the values that trials have had, in the order of the trials.

    Numbers are cut into ranges of about equally many trials; equal ones stay together.
    """
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return _of_numbers([float(value) for value in values if isinstance(value, int | float)], values)
    names = tuple(dict.fromkeys(map(value_words, values)))
    places = {name: place for place, name in enumerate(names)}
    return Levels(names, tuple(places[value_words(value)] for value in values))


def _of_numbers(numbers: Sequence[float], written: Sequence[Value]) -> Levels:
    words = {number: value_words(value) for number, value in zip(numbers, written, strict=True)}
    order = sorted(words)
    if len(order) <= MOST_VALUES:
        return Levels(tuple(words[number] for number in order), tuple(bisect_left(order, number) for number in numbers))
    count = max(2, min(MOST_RANGES, len(numbers) // TRIALS_PER_RANGE))
    ranked = sorted(numbers)
    ends = sorted({ranked[-(-len(ranked) * number // count) - 1] for number in range(1, count + 1)})
    inside: list[list[float]] = [[] for _ in ends]
    for number in order:
        inside[bisect_left(ends, number)].append(number)
    names = tuple(_range_words(words[part[0]], words[part[-1]]) for part in inside)
    return Levels(names, tuple(bisect_left(ends, number) for number in numbers))


def _range_words(low: str, high: str) -> str:
    return low if low == high else f"{low} … {high}"
