"""Looks inside a network while it trains, or inside those of K members that train as one. They disturb nothing."""

from hpsearch.training.looks.bounds import asks_for_bounds, bounds_of, bounds_of_each
from hpsearch.training.looks.evaluated import (
    TRAINED_ON,
    Tried,
    evaluated_loss,
    evaluated_losses,
    trained_loss,
    trained_losses,
    tried,
    tried_of_each,
)
from hpsearch.training.looks.eye import Eye, Glance
from hpsearch.training.looks.modes import in_mode
from hpsearch.training.looks.moments import SHORT, moments
from hpsearch.training.looks.pull import Minimised

__all__ = [
    "SHORT",
    "TRAINED_ON",
    "Eye",
    "Glance",
    "Minimised",
    "Tried",
    "asks_for_bounds",
    "bounds_of",
    "bounds_of_each",
    "evaluated_loss",
    "evaluated_losses",
    "in_mode",
    "moments",
    "trained_loss",
    "trained_losses",
    "tried",
    "tried_of_each",
]
