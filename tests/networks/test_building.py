"""The same seed gives the same weights, nothing else is disturbed, and a user's factory is explained."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from hpsearch.errors import DefinitionError, Problem
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.factory import signature_problems
from hpsearch.networks.table import NETWORKS

OWN = "tests.networks.own_networks"
OWN_FILE = Path(__file__).with_name("own_networks.py")
NAMED = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "activation": "prelu"})


def own(name: str, **parameters: Any) -> NetworkSettings:
    return NetworkSettings(None, f"{OWN}:{name}", parameters)


def weights(settings: NetworkSettings, seed: int) -> list[Tensor]:
    return list(build_network(settings, (1, 8, 8), 10, seed).state_dict().values())


def problem_with(settings: NetworkSettings) -> Problem:
    with pytest.raises(DefinitionError) as caught:
        build_network(settings, (1, 8, 8), 10, seed=0)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize("settings", [NAMED, own("build"), own("any_generator")])
@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_weights_follow_from_the_seed(settings: NetworkSettings, seed: int) -> None:
    first = weights(settings, seed)
    torch.rand(7), random.random(), np.random.rand()
    assert all(torch.equal(one, other) for one, other in zip(first, weights(settings, seed), strict=True))
    assert not all(
        torch.equal(one, other) for one, other in zip(first, weights(settings, seed - 5 if seed else 5), strict=True)
    )


@pytest.mark.parametrize("settings", [NAMED, own("any_generator")])
def test_the_callers_generators_stay_as_they_were(settings: NetworkSettings) -> None:
    def states() -> tuple[Any, ...]:
        return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()

    before = states()
    build_network(settings, (1, 8, 8), 10, seed=3)
    assert states() == before
    with pytest.raises(DefinitionError):
        build_network(own("raising"), (1, 8, 8), 10, seed=3)
    assert states() == before


def test_an_unknown_network_names_the_nearest_known_one() -> None:
    problem = problem_with(NetworkSettings("convnt", None, {}))
    assert (problem.path, problem.value) == ("network.name", "'convnt'")
    assert problem.next_step == f"Did you mean convnet? Known: {', '.join(NETWORKS)}."


@pytest.mark.parametrize(
    ("settings", "value", "rule", "advice"),
    [
        (
            own("raising", width=3),
            "width=3",
            f"building the network raised RuntimeError: no network of width 3 ({OWN_FILE}, line ",
            "Correct the factory there",
        ),
        (own("leaving"), "leaving", f"raised SystemExit: 0 ({OWN_FILE}, line ", "Correct the factory there"),
        (own("nothing"), "nothing", "must return a torch.nn.Module, and gave a NoneType", "Return the built network."),
        (
            own("build", widht=3),
            "widht=3",
            "TypeError: build() got an unexpected keyword argument 'widht'",
            "every hyper",
        ),
        (own("lazy"), "lazy", "1.weight has no size before the first pass", "Compute the size from input_shape."),
        (own("absent"), "absent", f"the module {OWN} has no 'absent'", "Define absent in"),
        (own("not_callable"), "not_callable", "which cannot be called", "Name a function or a class"),
    ],
)
def test_a_factory_that_does_not_work_is_explained(
    settings: NetworkSettings, value: str, rule: str, advice: str
) -> None:
    problem = problem_with(settings)
    assert problem.path == "network.factory"
    assert value in problem.value
    assert rule in problem.message
    assert advice in problem.next_step


@pytest.mark.parametrize(
    ("name", "hyperparameters", "path", "rule"),
    [
        ("build", ["widht"], "network.widht", "takes no argument 'widht'; it takes input_shape, outputs, width"),
        ("needy", [], "network.colour", "needs the argument 'colour'"),
        ("shapeless", [], "network.factory", "takes no argument 'input_shape'; it takes outputs"),
        (
            "otherwise_named",
            [],
            "network.factory",
            "takes neither 'input_shape' nor 'outputs'; it takes shape",
        ),
    ],
)
def test_a_signature_that_does_not_fit_is_seen_without_calling(
    name: str, hyperparameters: list[str], path: str, rule: str
) -> None:
    (problem,) = signature_problems(f"{OWN}:{name}", hyperparameters)
    assert problem.path == path
    assert rule in problem.message
    assert problem.next_step


def test_a_factory_that_takes_anything_is_given_anything() -> None:
    assert signature_problems(f"{OWN}:open_handed", ["a", "b"]) == []
    assert signature_problems(f"{OWN}:build", ["width"]) == []
    assert signature_problems(f"{OWN}:needy", ["colour"]) == []
