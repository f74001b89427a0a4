"""Gathers the facts about one network: builds it, follows it, and tries it out."""

import contextlib
from dataclasses import replace

import torch
from torch import Tensor, nn

from hpsearch.advice.backward import slopes
from hpsearch.advice.facts import Facts, Failure, Purpose
from hpsearch.advice.probing import probed
from hpsearch.advice.trace import traced, unused_layers
from hpsearch.advice.unsaved import unsaved
from hpsearch.cost.layers import layer_costs
from hpsearch.cost.row import LayerCost
from hpsearch.errors import DefinitionError
from hpsearch.factory import USERS_FAILURES
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.solid import solid

LONGEST_REASON = 300
SEEDS = (0, 1)
"""Of the two networks that are built afresh, and have seen no training pass when they are compared."""
RAW: tuple[tuple[str, str, str], ...] = (
    (
        "modified by an inplace operation",
        "no gradient can be had in training, because a tensor that the way back needs is changed in place",
        "Look for +=, x[…] =, inplace=True and names such as relu_; make a new tensor: x = x + y for x += y.",
    ),
    (
        "backward through the graph a second time",
        "it keeps a tensor with its gradient from one pass to the next",
        "Keep the tensor with detach().",
    ),
    (
        "a leaf Variable that requires grad",
        "it changes a parameter in place in the forward pass",
        "Compute with a copy of it: weight = self.weight.clone().",
    ),
)
"""Words of an error of torch's, what it means, and what to do about it."""


def facts_of_network(network: nn.Module, purpose: Purpose, *, costs: bool = True) -> Facts:
    """The facts about a network on the CPU, or on the meta device, where it cannot be tried out with real numbers.

    Its running statistics may move, and it is left in training mode. What its forward raises is a fact.
    Without ``costs`` its layers are not counted, which takes as long as the rest.
    """
    on_meta = any(parameter.is_meta for parameter in network.parameters())
    images = torch.zeros(2, *purpose.input_shape, device="meta" if on_meta else "cpu")
    return _facts(network, images, purpose, costs=costs, real=not on_meta)


def _facts(network: nn.Module, images: Tensor, purpose: Purpose, *, costs: bool, real: bool) -> Facts:
    """``real``: the network has numbers of its own, with which it can be tried out."""
    try:
        seen = traced(network, images)
        again = traced(network, images, training=True)
        used = seen.used | again.used
        sound = seen.shape == (2, purpose.outputs) and real
        probe = probed(network, purpose.input_shape) if sound else None
    except USERS_FAILURES as error:
        return Facts(purpose, failure=_failure(error))
    layers = _layers(network, purpose) if costs else ()
    unused = unused_layers(network, used)
    anew = any(all(one is not other for other in seen.weights) for one in again.weights)
    trained = Facts(purpose, again.calls, again.last)
    return Facts(
        purpose,
        seen.calls,
        seen.last,
        unused,
        seen.foreign,
        anew,
        in_training=trained,
        probe=probe,
        layers=layers,
    )


def _layers(network: nn.Module, purpose: Purpose) -> tuple[LayerCost, ...]:
    try:
        return layer_costs(network, purpose.input_shape)
    except USERS_FAILURES:  # what it raises where it is only counted is no fact about it
        return ()


def facts_of_settings(
    settings: NetworkSettings, purpose: Purpose, *, costs: bool = True, closely: bool = True
) -> Facts:
    """The facts about a network that is built for it; what building raises is a fact.

    ``closely``: a user's own is built twice more, to try whether its weights are all that it has, and its gradients.

    A user's own network is really built and tried out. A named one is followed without memory for its weights: how it
    behaves does not depend on its user, and is tried in this project's own tests.
    """
    try:
        with torch.device("meta") if settings.factory is None else contextlib.nullcontext():
            network = build_network(settings, purpose.input_shape, purpose.outputs, seed=0)
    except DefinitionError as error:
        return Facts(purpose, failure=_failure(error))
    if settings.factory is not None:
        facts = facts_of_network(network, purpose, costs=costs)
        return _closely(settings, facts) if closely else facts
    images = solid(network, torch.zeros(2, *purpose.input_shape, device="meta"))
    return _facts(network, images, purpose, costs=costs, real=False)


def _closely(settings: NetworkSettings, facts: Facts) -> Facts:
    """Of a network that is sound otherwise: whose outputs are to be had, and always the same."""
    purpose = facts.purpose
    if facts.foreign or facts.probe is None or facts.probe.difference != 0:
        return facts
    again = None
    with contextlib.suppress(DefinitionError, *USERS_FAILURES):  # weights that cannot be loaded again tell nothing
        fresh, again = (build_network(settings, purpose.input_shape, purpose.outputs, seed=seed) for seed in SEEDS)
        facts = replace(facts, unsaved=unsaved(fresh, again, purpose.input_shape))
    with contextlib.suppress(DefinitionError, *USERS_FAILURES):  # nor does what cannot be copied or cast
        outputs = purpose.outputs if purpose.is_classification else 1
        if again is not None:
            facts = replace(facts, slopes=slopes(again, purpose.input_shape, outputs, facts.work))
    return facts


def _failure(error: BaseException) -> Failure:
    if isinstance(error, DefinitionError):
        raised = " ".join(str(error.problems[0]).split())[:LONGEST_REASON]
        return Failure(raised, raised)
    raised = " ".join(f"{type(error).__name__}: {error}".split())
    meant = ((meaning, advice) for words, meaning, advice in RAW if words in raised)
    reason, advice = next(meant, (raised[:LONGEST_REASON], ""))
    return Failure(reason, raised[:LONGEST_REASON], advice)
