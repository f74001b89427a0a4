"""Durations on the command line: 60, 60s, 1.5m."""

import math

import click

UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """A positive number with an optional unit, as seconds; the type of an option."""
    text = text.strip()
    unit = text[-1:] if text[-1:] in UNITS_S else ""
    try:
        found = float(text.removesuffix(unit)) * UNITS_S.get(unit, 1.0)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found > 0):
        raise click.BadParameter(f"{text!r} is no time; write for example 60s or 2m")
    return found
