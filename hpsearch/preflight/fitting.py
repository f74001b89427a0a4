"""Does every network of the space accept the data and give the right outputs?"""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.job import NetworkSettings, network_settings
from hpsearch.networks.build import build_network
from hpsearch.networks.factory import signature_problems
from hpsearch.networks.solid import solid
from hpsearch.preflight.forward import forward_problem
from hpsearch.preflight.untrained import nothing_to_train
from hpsearch.space import is_distribution
from hpsearch.study import NetworkDefinition
from hpsearch.task import Task

MOST_PARAMETERS = 1_000_000_000
"""Of one network. Heuristic: 4 GB of weights, and 16 GB to train them with Adam."""


def network_problems(network: NetworkDefinition, task: Task) -> list[Problem]:
    """Builds the network at the ends of the space, and sends two samples of the data's shape through it.

    Named networks are built without memory for their weights; a user's factory and other packages' models really are.
    """
    if network.factory is not None:
        try:
            problems = signature_problems(network.factory, network.parameters)
        except DefinitionError as error:
            return list(error.problems)
        if problems:
            return problems
    found: dict[str, Problem] = {}
    for parameters in corners(network.parameters):
        settings = network_settings(network, parameters)
        for problem in _problems_at(settings, task):
            found.setdefault(problem.message, problem)
    return list(found.values())


def corners(parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Points at which every end and every choice of every distribution is met at least once.

    They are met side by side rather than in every combination: all first ends, all second ends, and so on; an axis
    that has run out stays at its last one.
    """
    ends = {key: value.ends() for key, value in parameters.items() if is_distribution(value)}
    for index in range(max((len(values) for values in ends.values()), default=1)):
        yield {
            key: ends[key][min(index, len(ends[key]) - 1)] if key in ends else value
            for key, value in parameters.items()
        }


def _problems_at(settings: NetworkSettings, task: Task) -> list[Problem]:
    device = torch.device("meta") if settings.name is not None else contextlib.nullcontext()
    with device:
        try:
            network = build_network(settings, task.input_shape, task.outputs, seed=0)
        except DefinitionError as error:
            return list(error.problems)
        images = torch.zeros(2, *task.input_shape)
    count = sum(parameter.numel() for parameter in network.parameters())
    if count > MOST_PARAMETERS:
        rule = f"the network would have {count:,} parameters, and {MOST_PARAMETERS:,} are the most"
        return [Problem("network", shown(dict(settings.parameters), 200), rule, "Make it smaller.")]
    path = "network" if settings.factory is None else "network.factory"
    scripted = next((name for name, one in network.named_modules() if isinstance(one, torch.jit.ScriptModule)), None)
    if scripted is not None:
        what = f"the layer {scripted}" if scripted else "the network"
        rule = f"{what} is a scripted module, which cannot be looked into"
        return [Problem(path, "", rule, "Return it as it was before torch.jit.script or torch.jit.trace.")]
    problem = forward_problem(network, solid(network, images), task.outputs)
    problem = problem or nothing_to_train(network, path)
    if problem is None or not settings.parameters:
        return [problem] if problem else []
    message = f"{problem.message}; hyperparameters: {shown(dict(settings.parameters), 200)}"
    return [replace(problem, message=message)]
