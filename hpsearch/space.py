"""Distributions of hyperparameters, and the space that they span.

Every distribution maps a number ``u`` in [0, 1) to a value (its quantile function), so that a sampler only has to
place points in the unit cube: uniformly for random search, evenly for Sobol sequences.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = bool | int | float | str | None
"""What a hyperparameter can be."""

Point = Mapping[str, Value]
"""Dotted path in the definition to the value chosen there, for example ``optimizer.learning_rate``: 0.01."""


@dataclass(frozen=True)
class Uniform:
    """A real number, uniform on [low, high]."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_range("uniform", self.low, self.high)

    def quantile(self, u: float) -> float:
        return min(self.high, self.low + u * (self.high - self.low))

    def levels(self, count: int) -> tuple[Value, ...]:
        return tuple(self.quantile(u) for u in _even(count))

    def ends(self) -> tuple[Value, ...]:
        return (float(self.low), float(self.high))

    def as_dict(self) -> dict[str, list[Value]]:
        return {"uniform": [self.low, self.high]}


@dataclass(frozen=True)
class LogUniform:
    """A positive real number whose logarithm is uniform on [log low, log high] (Bergstra and Bengio, 2012)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _check_range("log_uniform", self.low, self.high)
        _check_positive("log_uniform", self.low)

    def quantile(self, u: float) -> float:
        start = math.log(self.low)
        return min(self.high, max(self.low, math.exp(start + u * (math.log(self.high) - start))))

    def levels(self, count: int) -> tuple[Value, ...]:
        return tuple(self.quantile(u) for u in _even(count))

    def ends(self) -> tuple[Value, ...]:
        return (float(self.low), float(self.high))

    def as_dict(self) -> dict[str, list[Value]]:
        return {"log_uniform": [self.low, self.high]}


@dataclass(frozen=True)
class Int:
    """A whole number, every one of low … high (both included) equally likely."""

    low: int
    high: int

    def __post_init__(self) -> None:
        _check_whole("int", self.low, self.high)
        _check_range("int", self.low, self.high)

    def quantile(self, u: float) -> int:
        return min(self.high, self.low + math.floor(u * (self.high - self.low + 1)))

    def levels(self, count: int) -> tuple[Value, ...]:
        return tuple(sorted({round(self.low + u * (self.high - self.low)) for u in _even(count)}))

    def ends(self) -> tuple[Value, ...]:
        return (self.low, self.high)

    def as_dict(self) -> dict[str, list[Value]]:
        return {"int": [self.low, self.high]}


@dataclass(frozen=True)
class LogInt:
    """A positive whole number from low to high (both included) whose logarithm is nearly uniform.

    The interval [low, high + 1) is drawn log-uniformly and rounded down, so the end values are as likely as
    their neighbours suggest.
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        _check_whole("log_int", self.low, self.high)
        _check_range("log_int", self.low, self.high)
        _check_positive("log_int", self.low)

    def quantile(self, u: float) -> int:
        return min(self.high, math.floor(self.low * math.exp(u * math.log((self.high + 1) / self.low)) + 1e-12))

    def levels(self, count: int) -> tuple[Value, ...]:
        ratio = self.high / self.low
        return tuple(sorted({round(self.low * ratio**u) for u in _even(count)}))

    def ends(self) -> tuple[Value, ...]:
        return (self.low, self.high)

    def as_dict(self) -> dict[str, list[Value]]:
        return {"log_int": [self.low, self.high]}


@dataclass(frozen=True)
class Choice:
    """One of several values without order, all equally likely."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        _check_values("choice", self.values)

    def quantile(self, u: float) -> Value:
        return self.values[min(len(self.values) - 1, math.floor(u * len(self.values)))]

    def levels(self, count: int) -> tuple[Value, ...]:  # noqa: ARG002  (all values, however many are asked for)
        return self.values

    def ends(self) -> tuple[Value, ...]:
        return self.values

    def as_dict(self) -> dict[str, list[Value]]:
        return {"choice": list(self.values)}


@dataclass(frozen=True)
class Grid:
    """One of several numbers in rising order: a grid search visits them all, random search draws them equally often."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        _check_values("grid", self.values)
        numbers = [value for value in self.values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(numbers) != len(self.values):
            raise ValueError("a grid holds numbers; use choice for anything else")
        if numbers != sorted(numbers):
            raise ValueError("the values of a grid must rise; put them in rising order")

    def quantile(self, u: float) -> Value:
        return self.values[min(len(self.values) - 1, math.floor(u * len(self.values)))]

    def levels(self, count: int) -> tuple[Value, ...]:  # noqa: ARG002  (all values, however many are asked for)
        return self.values

    def ends(self) -> tuple[Value, ...]:
        return self.values

    def as_dict(self) -> dict[str, list[Value]]:
        return {"grid": list(self.values)}


Distribution = Uniform | LogUniform | Int | LogInt | Choice | Grid

Space = Mapping[str, Distribution]
"""Dotted path in the definition to the distribution that stands there, in the definition's order."""

RANGES: dict[str, type[Uniform] | type[LogUniform] | type[Int] | type[LogInt]] = {
    "uniform": Uniform,
    "log_uniform": LogUniform,
    "int": Int,
    "log_int": LogInt,
}
WHOLE = ("int", "log_int")
LARGEST = 1e300
"""What a bound may be at most, so that no arithmetic on it overflows."""
SETS: dict[str, type[Choice] | type[Grid]] = {"choice": Choice, "grid": Grid}
KINDS = (*RANGES, *SETS)


def distribution(raw: Mapping[str, Any]) -> Distribution:
    """Reads ``{log_uniform: [1e-4, 1]}`` and its like.

    Raises ValueError, with the broken rule and the next step, for an unknown kind, a wrong number of bounds,
    low ≥ high, a logarithmic range that touches zero, and empty or repeated choices.
    """
    if len(raw) != 1:
        raise ValueError(f"a distribution has exactly one kind; use one of {', '.join(KINDS)}")
    kind, content = next(iter(raw.items()))
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a distribution; use one of {', '.join(KINDS)}")
    if isinstance(content, str | bytes) or not isinstance(content, Sequence):
        raise ValueError(f"{kind} takes a list; write {kind}: {'[1, 4]' if kind in RANGES else '[8, 16]'}")
    if kind in SETS:
        return SETS[kind](tuple(content))
    if len(content) != 2:
        raise ValueError(f"{kind} takes two bounds, and {len(content)} were given; write {kind}: [low, high]")
    low, high = content
    for bound in (low, high):
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            raise ValueError(f"the bounds of {kind} must be numbers, and {bound!r} is not one; use choice for words")
    if abs(low) > LARGEST or abs(high) > LARGEST:
        raise ValueError(f"the bounds of {kind} must be finite and at most {LARGEST:g}; use smaller ones")
    return RANGES[kind](low, high) if kind in WHOLE else RANGES[kind](float(low), float(high))  # type: ignore[arg-type]


def is_distribution(value: object) -> bool:
    """Whether a value of a definition is a distribution rather than a fixed value."""
    return isinstance(value, Uniform | LogUniform | Int | LogInt | Choice | Grid)


def _even(count: int) -> list[float]:
    """``count`` points from 0 to 1, both included; the middle if there is one only."""
    return [0.5] if count == 1 else [i / (count - 1) for i in range(count)]


def _check_range(kind: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError(f"the bounds of {kind} must be finite; use numbers")
    if low >= high:
        raise ValueError(f"the low bound of {kind} must be below the high one; write a fixed value if there is one")


def _check_positive(kind: str, low: float) -> None:
    if low <= 0:
        raise ValueError(
            f"the low bound of {kind} must be above zero, since log 0 does not exist; use uniform or "
            "a small positive bound"
        )


def _check_whole(kind: str, low: float, high: float) -> None:
    if any(isinstance(bound, bool) or not isinstance(bound, int) for bound in (low, high)):
        raise ValueError(f"the bounds of {kind} must be whole numbers; use uniform or log_uniform for real ones")


def _check_values(kind: str, values: tuple[Value, ...]) -> None:
    if not values:
        raise ValueError(f"{kind} needs at least one value; write {kind}: [8, 16]")
    for value in values:
        if not (value is None or isinstance(value, bool | int | float | str)):
            raise ValueError(f"the values of {kind} must be numbers, words, true, false or null; leave {value!r} out")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"the values of {kind} must be finite; leave {value!r} out")
    if len({(type(value) is bool, value) for value in values}) < len(values):
        raise ValueError(f"the values of {kind} must differ; leave the repeated one out")
