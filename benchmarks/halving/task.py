"""What is searched."""

from typing import Any

from hpsearch.stage import Halving

TRIALS, EPOCHS = 64, 12


def definition(seed: int, halving: Halving | None, schedule: str = "constant") -> dict[str, Any]:
    """A tiny network on a fifth of digits, so that the rest tells accuracies apart.

    Another seed is another split, other points and other weights.
    """
    return {
        "name": "halving",
        "seed": seed,
        "data": {"dataset": "digits", "batch_size": 64, "validation": 0.4, "test": 0.4},
        "network": {"name": "convnet", "depth": 2, "width": 8, "dropout": {"uniform": [0.0, 0.5]}},
        "optimizer": {
            "name": "sgd",
            "momentum": 0.9,
            "schedule": schedule,
            "learning_rate": {"log_uniform": [1e-4, 1.0]},
            "weight_decay": {"log_uniform": [1e-6, 1e-2]},
        },
        "recipe": {
            **{stage: {"skip": True} for stage in ("initial_loss", "overfit", "lr_sweep", "fine")},
            "coarse": {
                "trials": TRIALS,
                "epochs": EPOCHS,
                **({} if halving is None else {"halving": halving.model_dump()}),
            },
        },
    }
