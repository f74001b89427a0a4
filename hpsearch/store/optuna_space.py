"""The distributions of a stage in Optuna's words.

Optuna compares trials on the parameters whose distribution is the same in all of them. So every trial of a stage shows
the hull of what the rounds of the stage drew that parameter from, not the narrower one of its own round.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from hpsearch.space import Choice, Distribution, Grid, Int, LogInt, LogUniform, Space, Value
from hpsearch.store.documents import document, text

DECADES = 100.0
"""A grid whose ends are at least this factor apart is shown on a logarithmic axis. Heuristic: Optuna knows no grids."""


def optuna_distributions(spaces: Sequence[Space]) -> dict[str, Any]:
    """For every path of the rounds' spaces the JSON object that Optuna's ``json_to_distribution`` reads.

    Numbers become a range of whole or real numbers, grids too; choices become categorical, unless every round held
    the parameter at one number.
    """
    paths = dict.fromkeys(path for space in spaces for path in space)
    return {text(path): _hull([space[path] for space in spaces if path in space]) for path in paths}


def _hull(parts: Sequence[Distribution]) -> dict[str, Any]:
    ends = [end for part in parts for end in part.ends()]
    numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
    chosen = any(isinstance(part, Choice) and len(part.values) > 1 for part in parts)
    if chosen or len(numbers) < len(ends):
        return {"name": "CategoricalDistribution", "attributes": {"choices": _choices(ends)}}
    low, high = min(numbers), max(numbers)
    ranges = [part for part in parts if len(set(part.ends())) > 1]
    log = low > 0 and bool(ranges) and all(_is_logarithmic(part) for part in ranges)
    if all(_is_whole(part) for part in parts):
        return {"name": "IntDistribution", "attributes": {"log": log, "step": 1, "low": low, "high": high}}
    attributes = {"step": None, "low": float(low), "high": float(high), "log": log}
    return {"name": "FloatDistribution", "attributes": attributes}


def _choices(values: Iterable[Value]) -> list[Any]:
    found: dict[tuple[bool, Value], Any] = {}
    for value in values:
        found.setdefault((isinstance(value, bool), value), document(value))
    return list(found.values())


def _is_whole(part: Distribution) -> bool:
    if isinstance(part, Choice | Grid):
        return all(isinstance(value, int) for value in part.values)
    return isinstance(part, Int | LogInt)


def _is_logarithmic(part: Distribution) -> bool:
    if isinstance(part, Grid):
        low, high = (float(end) for end in (part.values[0], part.values[-1]) if isinstance(end, int | float))
        return low > 0 and high / low >= DECADES
    return isinstance(part, LogUniform | LogInt)
