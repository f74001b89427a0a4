"""From settings and a seed to a network with its initial weights."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from hpsearch.errors import DefinitionError, Problem, did_you_mean, shown
from hpsearch.job import NetworkSettings
from hpsearch.networks.factory import factory_builder
from hpsearch.networks.library import library_builder
from hpsearch.networks.table import NETWORKS


def build_network(settings: NetworkSettings, input_shape: tuple[int, int, int], outputs: int, seed: int) -> nn.Module:
    """Builds a network for images (C, H, W) with K outputs, on the CPU.

    The same settings and seed give the same weights, also from a user's factory that draws from torch, NumPy or
    Python's own generator, and the callers' generators stay as they were. Raises DefinitionError for an unknown
    name, for a factory that fails, and for a package that is not installed.
    """
    build = _builder(settings)
    with _seeded(seed):
        return build(input_shape=input_shape, outputs=outputs, **settings.parameters)


def _builder(settings: NetworkSettings) -> Callable[..., nn.Module]:
    if settings.factory is not None:
        return factory_builder(settings.factory)
    if settings.library is not None:
        return library_builder(settings.library)
    name = settings.name or ""
    if name not in NETWORKS:
        advice = f"{did_you_mean(name, NETWORKS)}Known: {', '.join(NETWORKS)}."
        raise DefinitionError([Problem("network.name", shown(name), "there is no network of that name", advice)])
    return NETWORKS[name]


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seeds the global generators of this process for a while, and puts them back."""
    torch_state, numpy_state, python_state = torch.get_rng_state(), np.random.get_state(), random.getstate()
    torch.default_generator.manual_seed(seed)
    np.random.seed(seed % 2**32)
    random.seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(torch_state)
        np.random.set_state(numpy_state)
        random.setstate(python_state)
