"""Gathers the facts about one network: builds it, follows it, and tries it out."""

import torch
from torch import nn

from hpsearch.advice.facts import Facts, Purpose
from hpsearch.advice.probing import probed
from hpsearch.advice.trace import traced, unused_layers
from hpsearch.errors import DefinitionError
from hpsearch.factory import USERS_FAILURES
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network

MOST_PROBED = 5_000_000
"""Parameters of a named network that is tried out with real numbers: larger ones would take seconds, and are tried in
this project's own tests, at a smaller size. A user's own network is always tried."""
LONGEST_REASON = 300


def facts_of_network(network: nn.Module, purpose: Purpose) -> Facts:
    """The facts about a network on the CPU, or on the meta device, where it cannot be tried out with real numbers.

    Its running statistics may move, and it is left in training mode. What its forward raises is a fact.
    """
    on_meta = any(parameter.is_meta for parameter in network.parameters())
    images = torch.zeros(2, *purpose.input_shape, device="meta" if on_meta else "cpu")
    try:
        seen = traced(network, images)
        used = seen.used | traced(network, images, training=True).used
        probe = None if on_meta or seen.last is None else probed(network, purpose.input_shape)
    except USERS_FAILURES as error:
        return Facts(purpose, failure=_reason(error))
    return Facts(purpose, seen.calls, seen.last, unused_layers(network, used), probe)


def facts_of_settings(settings: NetworkSettings, purpose: Purpose, *, try_out: bool = True) -> Facts:
    """The facts about a network that is built for it; what building raises is a fact.

    A named network is followed without memory for its weights, and tried out only if it is small; a user's own one
    and another package's is really built, and always tried out.
    """

    def built() -> nn.Module:
        return build_network(settings, purpose.input_shape, purpose.outputs, seed=0)

    try:
        if settings.name is None:
            return facts_of_network(built(), purpose)
        with torch.device("meta"):
            network = built()
        small = sum(parameter.numel() for parameter in network.parameters()) <= MOST_PROBED
        return facts_of_network(built() if small and try_out else network, purpose)
    except DefinitionError as error:
        return Facts(purpose, failure=_reason(error))


def _reason(error: BaseException) -> str:
    if isinstance(error, DefinitionError):
        return " ".join(str(error.problems[0]).split())[:LONGEST_REASON]
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]
