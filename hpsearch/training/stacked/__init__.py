"""Networks of one structure that run as one: their own forward code, with the values of all members at once."""

from hpsearch.training.stacked.network import StackedNetwork, StackedOutputs, stack
from hpsearch.training.stacked.refusal import CannotStackError

__all__ = ["CannotStackError", "StackedNetwork", "StackedOutputs", "stack"]
