"""Which rules keep still where another one names what they saw."""

from hpsearch.advice.facts import Facts, Kind

UNREGISTERED = "HP406"
BATCH_STATISTICS = ("batch_norm", "instance_norm")
"""Functions of layers that behave otherwise in training mode: one that the network does not have is never told that it
is in evaluation mode."""


def hidden_by_unregistered(facts: Facts, codes: frozenset[str]) -> frozenset[str]:
    """Codes of what layers in a Python list do by themselves: no ``eval()`` reaches their norms and their dropout.

    A dropout that is called outside of any layer of the network may be one of them, or ``F.dropout``: then the next
    look tells it. Weights that are made anew give other outputs in every pass. Nothing is hidden unless the
    unregistered weights themselves are told.
    """
    if UNREGISTERED not in codes or not facts.foreign:
        return frozenset()
    norms = any(taken.startswith(BATCH_STATISTICS) for taken in facts.foreign)
    drops = any(call.kind is Kind.DROPOUT and call.name.startswith(call.function) for call in facts.calls)
    return frozenset({*(["HP403"] if norms else []), *(["HP404"] if drops or facts.anew else [])})
