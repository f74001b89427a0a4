"""Can the network train where a mini-batch is a single sample? Batch norm cannot on maps of 1×1."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import torch

from hpsearch.errors import Problem
from hpsearch.job import network_settings
from hpsearch.networks.build import build_network
from hpsearch.networks.solid import solid
from hpsearch.preflight.fitting import corners
from hpsearch.preflight.forward import training_problem
from hpsearch.space import Choice, is_distribution
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

LESS = "let fewer layers halve the maps, or use no batch norm (norm: none)."
BATCH_NORM = "more than 1 value per channel"
"""How torch's message says it."""


def single_problems(definition: StudyDefinition, task: Task) -> list[Problem]:
    """Trains one sample, with a throw-away network, for each setting that leads to such mini-batches.

    The network must be known to accept samples of the task.
    """
    problems = []
    for path, advice, points in _single(definition, task):
        found = next((problem for point in points if (problem := _problem_at(definition, point, task))), None)
        if found is not None:
            rule = f"a mini-batch of one sample cannot be trained on: {found.message}"
            if BATCH_NORM in found.message:
                rule = (
                    "batch norm needs at least two values per channel to train, "
                    f"and one sample gives one there ({found.value})"
                )
            problems.append(Problem(path, "1", rule, f"{advice}, {LESS}"))
    return problems


def _single(definition: StudyDefinition, task: Task) -> Iterator[tuple[str, str, Iterable[dict[str, Any]]]]:
    """Where a mini-batch of one sample comes from, what else to write, and the networks that meet it."""
    parameters, overfit, batch_size = (
        definition.network.parameters,
        definition.recipe.overfit,
        definition.data.batch_size,
    )
    if 1 in ((batch_size,) if isinstance(batch_size, int) else batch_size.ends()):
        yield "data.batch_size", "Begin at 2", corners(parameters)
    elif task.train_samples == 1:
        yield "data", "Give more samples to train on", corners(parameters)
    elif overfit.samples == 1 and not overfit.skip:
        yield "recipe.overfit.samples", "Write samples: 2", [_centre(parameters)]


def _centre(parameters: dict[str, Any]) -> dict[str, Any]:
    """The network of the sanity stages: the median of each range, the first of each choice."""
    return {
        key: (value.values[0] if isinstance(value, Choice) else value.quantile(0.5))
        if is_distribution(value)
        else value
        for key, value in parameters.items()
    }


def _problem_at(definition: StudyDefinition, parameters: dict[str, Any], task: Task) -> Problem | None:
    network = definition.network
    device = torch.device("meta") if network.name is not None else contextlib.nullcontext()
    with device:
        settings = network_settings(network, parameters)
        built = build_network(settings, task.input_shape, task.outputs, seed=0)
        images = torch.zeros(1, *task.input_shape)
    return training_problem(built, solid(built, images))
