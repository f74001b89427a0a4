"""Studies in which one of the changes should happen, and one in which none should."""

from typing import Any

from hpsearch.study import StudyDefinition

BASE: dict[str, Any] = {
    "data": {"dataset": "digits", "batch_size": 64},
    "network": {"name": "convnet", "depth": 2, "width": 8},
    "recipe": {
        "initial_loss": {"skip": True},
        "overfit": {"skip": True},
        "lr_sweep": {"skip": True},
        "coarse": {"trials": 6, "epochs": 3},
        "fine": {"trials": 6, "epochs": 8, "rounds": 2},
    },
}
SCENARIOS: dict[str, dict[str, Any]] = {
    "sound": {"optimizer": {"learning_rate": {"log_uniform": [1e-2, 0.3]}, "schedule": "cosine"}},
    "plateau": {
        "data": {"dataset": "digits", "batch_size": 8},
        "network": {"name": "convnet", "depth": 2, "width": 4, "norm": "none"},
        "optimizer": {"learning_rate": {"log_uniform": [3e-2, 1e-1]}},
    },
    "overfitting": {
        "data": {"dataset": "digits", "batch_size": 16, "validation": 0.45, "test": 0.45},
        "network": {"name": "convnet", "depth": 2, "width": 16, "norm": "none"},
        "optimizer": {"learning_rate": {"log_uniform": [1e-2, 0.2]}},
    },
    "overfitting-shapes": {
        "data": {"dataset": "shapes", "batch_size": 32, "validation": 0.2, "test": 0.65},
        "network": {"name": "convnet", "depth": 3, "width": 8},
        "optimizer": {"learning_rate": {"log_uniform": [1e-2, 0.2]}},
        "recipe": {"fine": {"trials": 6, "epochs": 6, "rounds": 2}},
    },
    "slow": {  # the default of 12 epochs, which may become 24
        "optimizer": {"learning_rate": {"log_uniform": [5e-4, 3e-3]}},
        "recipe": {"fine": {"trials": 6, "rounds": 2}},
    },
    "short": {  # a number of epochs that is given is not changed any more, and told of as advice
        "optimizer": {"learning_rate": {"log_uniform": [2e-3, 1e-2]}},
        "recipe": {"fine": {"trials": 6, "epochs": 4, "rounds": 2}},
    },
}
"""What each differs in from the base."""


def definition(scenario: str, seed: int, steer: bool) -> StudyDefinition:
    """The study of a scenario; the same but for the steering."""
    content = {**BASE, **SCENARIOS[scenario], "seed": seed, "name": f"{scenario}-{'steered' if steer else 'plain'}"}
    recipe = {**BASE["recipe"], **SCENARIOS[scenario].get("recipe", {})}
    content["recipe"] = {**recipe, "fine": {**recipe["fine"], "steer": steer}}
    return StudyDefinition.model_validate(content)
