"""The study that Ray trains while its processes are killed: real networks, and long enough to be hit."""

from hpsearch.study import StudyDefinition


def ray_definition(name: str = "trained") -> StudyDefinition:
    """Some forty trials of a tiny network."""
    return StudyDefinition.model_validate(
        {
            "name": name,
            "seed": 5,
            "data": {"dataset": "digits", "batch_size": 32},
            "network": {"name": "convnet", "depth": 2, "width": {"choice": [4, 8]}, "norm": "batch"},
            "recipe": {
                "initial_loss": {"seeds": 2},
                "overfit": {"batches": 1},
                "lr_sweep": {"steps": 30, "learning_rates": [1e-3, 1e-2, 1e-1]},
                "coarse": {"trials": 16, "epochs": 4},
                "fine": {"trials": 8, "epochs": 6, "rounds": 2},
            },
        }
    )
