"""Looks inside a network while it trains, or inside those of K members that train as one. They disturb nothing."""

from hpsearch.training.looks.eye import Eye, Glance
from hpsearch.training.looks.influence import influence, influence_of_members
from hpsearch.training.looks.moments import moments

__all__ = ["Eye", "Glance", "influence", "influence_of_members", "moments"]
