"""What the tests of the gate share: small studies with a fault or none."""

from hpsearch.study import StudyDefinition

SMALL: dict[str, object] = {
    "name": "small",
    "data": {"dataset": "digits"},
    "network": {"name": "convnet", "depth": 1, "width": 8},
    "optimizer": {"learning_rate": 0.05, "weight_decay": 0.0},
    "recipe": {"initial_loss": {"seeds": 2}, "overfit": {"batches": 1}, "lr_sweep": {"steps": 20}},
}


def small(**changes: object) -> StudyDefinition:
    """A study that is checked in a second."""
    return StudyDefinition.model_validate({**SMALL, **changes})
