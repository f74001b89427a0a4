"""What is searched: a definition, and the hand-written training of one of its points."""

from typing import Any

LEARNING_RATE = (1e-3, 1.0)
WEIGHT_DECAY = (1e-6, 1e-2)
NETWORK = {"depth": 3, "width": 16, "norm": "batch"}
BATCH_SIZE = 64


def definition(trials: int, epochs: int, seed: int) -> dict[str, Any]:
    """The search as a study: the coarse stage alone."""
    return {
        "name": "benchmark",
        "seed": seed,
        "data": {"dataset": "digits", "batch_size": BATCH_SIZE},
        "network": {"name": "convnet", **NETWORK},
        "optimizer": {
            "learning_rate": {"log_uniform": list(LEARNING_RATE)},
            "weight_decay": {"log_uniform": list(WEIGHT_DECAY)},
        },
        "recipe": {
            **{stage: {"skip": True} for stage in ("initial_loss", "overfit", "lr_sweep", "fine")},
            "coarse": {"trials": trials, "epochs": epochs},
        },
    }


class PlainTraining:
    """A hand-written training of one point, as a user of torch would write it around any search library."""

    def __init__(self, epochs: int, threads: int) -> None:
        import torch

        from hpsearch.data.loading import load_dataset
        from hpsearch.job import data_settings
        from hpsearch.study import StudyDefinition

        torch.set_num_threads(threads)
        study = StudyDefinition.model_validate(definition(1, epochs, 0))
        self.epochs, self.data = epochs, load_dataset(data_settings(study))

    def __call__(self, learning_rate: float, weight_decay: float, seed: int) -> float:
        import torch
        from torch.nn.functional import cross_entropy

        from hpsearch.job import NetworkSettings
        from hpsearch.networks.build import build_network

        task, train, held_out = self.data.task, self.data.train, self.data.validation
        network = build_network(NetworkSettings("convnet", None, NETWORK), task.input_shape, task.outputs, seed)
        optimizer = torch.optim.SGD(network.parameters(), learning_rate, momentum=0.9, weight_decay=weight_decay)
        best = 0.0
        for _ in range(self.epochs):
            network.train()
            for batch in torch.randperm(len(train.images)).split(BATCH_SIZE):
                optimizer.zero_grad()
                cross_entropy(network(train.images[batch]), train.targets[batch]).backward()
                optimizer.step()
            network.eval()
            with torch.inference_mode():
                right = (network(held_out.images).argmax(1) == held_out.targets).float().mean()
            best = max(best, float(right))
        return best
