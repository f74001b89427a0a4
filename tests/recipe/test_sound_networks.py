"""Sound networks pass the sanity stages with the default settings; what is not sound about one is told by its name."""

from typing import Any

import pytest

from hpsearch.networks.parameters import ACTIVATION_NAMES
from hpsearch.stage import RECIPE, SANITY, StageName
from hpsearch.verdict import Outcome
from tests.recipe.recipe_cases import own_data, own_network, study, walked

DEPTHS = (1, 2, 4, 8)
NORMS = ("none", "batch")
SHORT: dict[str, Any] = {
    "initial_loss": {"seeds": 3},
    "overfit": {"batches": 2, "learning_rates": [0.03, 0.1]},
    "lr_sweep": {"steps": 100, "learning_rates": [1e-3, 1e-2, 3e-2, 1e-1]},
}


def assert_sound(**sections: Any) -> None:
    verdicts, _ = walked(study(**sections), SANITY)
    missed = [f"{verdict.stage}: {verdict.summary}" for verdict in verdicts.values() if not verdict.goes_on]
    noted = [finding.code for verdict in verdicts.values() for finding in verdict.findings]
    assert (missed, noted) == ([], [])


@pytest.mark.parametrize(
    ("depth", "activation", "norm"),
    [(1, "relu", "batch"), (2, "sigmoid", "none"), (4, "gelu", "none"), (6, "tanh", "batch"), (8, "relu", "none")],
)
def test_a_few_of_the_built_in_networks(depth: int, activation: str, norm: str) -> None:
    network = {"name": "convnet", "depth": depth, "activation": activation, "norm": norm, "width": 8}
    assert_sound(network=network, recipe=SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("depth", DEPTHS)
def test_every_depth_activation_and_norm(depth: int, activation: str, norm: str) -> None:
    assert_sound(network={"name": "convnet", "depth": depth, "activation": activation, "norm": norm})


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("depth", [1, 3, 8])
def test_adam_as_well(depth: int, activation: str, norm: str, optimizer: str) -> None:
    network = {"name": "convnet", "depth": depth, "activation": activation, "norm": norm}
    assert_sound(network=network, optimizer={"name": optimizer})


@pytest.mark.slow
@pytest.mark.parametrize(
    "sections",
    [
        *({"network": own_network("plain", depth=depth, norm=norm)} for depth in (1, 3, 6) for norm in (False, True)),
        {"data": {"dataset": "digits", "batch_size": 8}},
        {"data": {"dataset": "digits", "batch_size": 256}},
        *(
            {"loss": loss, "data": own_data("quantities"), "network": {"name": "convnet", "depth": depth, "norm": norm}}
            for loss in ("l1", "l2")
            for depth in (1, 3)
            for norm in NORMS
        ),
        {"data": own_data("two_classes")},
        {"network": {"name": "convnet", "dropout": 0.5}, "loss": {"label_smoothing": 0.1}},
        {"network": {"name": "convnet", "width": 2}},
        {"network": {"name": "convnet", "init": "kaiming", "norm": "none", "depth": 6}},
        {"optimizer": {"momentum": 0.0}},
        {"optimizer": {"momentum": 0.99}},
        {"optimizer": {"name": {"choice": ["sgd", "adam"]}}},
        {"recipe": {"overfit": {"samples": 1}}},
    ],
    ids=str,
)
def test_other_data_batches_losses_and_initialisations(sections: dict[str, Any]) -> None:
    assert_sound(**sections)


def test_the_whole_recipe_on_digits() -> None:
    recipe = {
        **SHORT,
        "coarse": {"trials": 6, "epochs": 2, "sampler": "sobol"},
        "fine": {"trials": 3, "epochs": 4, "rounds": 2},
    }
    definition = study(
        network={"name": "convnet", "depth": {"int": [1, 3]}, "width": {"choice": [8, 16]}}, recipe=recipe
    )
    verdicts, finished = walked(definition, (*RECIPE, StageName.TEST))
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.PASS}
    test = verdicts[StageName.TEST].measured
    assert test["same_as_recorded"] is True
    assert test["test_accuracy"] > 0.9
    best = max(trial.result.value for trial in finished if trial.job.stage is StageName.FINE)  # type: ignore[type-var]
    assert test["value"] == best
