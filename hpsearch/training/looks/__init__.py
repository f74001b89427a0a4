"""Looks inside a network while it trains, or inside those of K members that train as one. They disturb nothing."""

from hpsearch.training.looks.evaluated import (
    TRAINED_ON,
    evaluated_loss,
    evaluated_losses,
    influence,
    influences,
    trained_loss,
    trained_losses,
)
from hpsearch.training.looks.eye import Eye, Glance, in_mode
from hpsearch.training.looks.moments import SHORT, moments

__all__ = [
    "SHORT",
    "TRAINED_ON",
    "Eye",
    "Glance",
    "evaluated_loss",
    "evaluated_losses",
    "in_mode",
    "influence",
    "influences",
    "moments",
    "trained_loss",
    "trained_losses",
]
