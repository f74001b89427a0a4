"""Looks inside a network while it trains, or inside those of K members that train as one.

They disturb nothing that modules hold: their parameters, buffers and whatever else is an attribute of theirs, and the
global generators. What a forward pass changes in closures, in classes or in global variables is not kept: the passes
that are tried beside the training change it too (``evaluated.undisturbed``).
"""

from hpsearch.training.looks.bounds import bounds_of, ended, ended_each
from hpsearch.training.looks.evaluated import TRAINED_ON
from hpsearch.training.looks.eye import Eye, Glance
from hpsearch.training.looks.modes import in_mode
from hpsearch.training.looks.moments import SHORT, moments
from hpsearch.training.looks.pull import Minimised
from hpsearch.training.looks.tried import Tried, tried, tried_of_each

__all__ = [
    "SHORT",
    "TRAINED_ON",
    "Eye",
    "Glance",
    "Minimised",
    "Tried",
    "bounds_of",
    "ended",
    "ended_each",
    "in_mode",
    "moments",
    "tried",
    "tried_of_each",
]
