"""Which networks are trained, on which images."""

from dataclasses import dataclass, field
from typing import Any

import torch

from hpsearch.data.dataset import Dataset, Split
from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, OptimizerSettings
from hpsearch.networks.build import build_network
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.training.size import Arithmetic

OUTPUTS = 10
SHAPE = (3, 32, 32)
DATA = DataSettings("none", None, None, {}, 0.2, 0.2, True, "cross_entropy", 0)


@dataclass(frozen=True)
class Case:
    """One network; ``most`` members are tried at most."""

    title: str
    name: str | None
    parameters: dict[str, Any] = field(default_factory=dict)
    factory: str | None = None
    most: int = 128
    batch_size: int = 128

    @property
    def network(self) -> NetworkSettings:
        """As in a job."""
        return NetworkSettings(self.name, self.factory, self.parameters)

    def jobs(self, members: int, precision: Any, batch_size: int) -> list[Job]:
        """Members that differ in seeds and learning rates, as those of a search do."""
        return [self._job(number, precision, batch_size) for number in range(members)]

    def multiply_adds(self) -> int:
        """For one sample, forward. Raises ValueError for a network that cannot be watched."""
        found = Arithmetic().multiply_adds(build_network(self.network, SHAPE, OUTPUTS, 0), torch.zeros(1, *SHAPE))
        if found is None:
            raise ValueError(f"the multiply-adds of {self.title} cannot be counted")
        return found

    def _job(self, number: int, precision: Any, batch_size: int) -> Job:
        rate = 0.001 * (1 + number % 7)
        return Job(
            stage=StageName.COARSE,
            number=number,
            parameters={},
            data=DATA,
            batch_size=batch_size,
            network=self.network,
            optimizer=OptimizerSettings("sgd", rate, 1e-4, 0.9, "constant", 0.1, 1 / 3),
            label_smoothing=0.0,
            budget=Budget(steps=10**9),
            objective=None,
            regularised=True,
            weights_seed=number,
            order_seed=1000 + number,
            precision=precision,
        )


CASES = (
    Case("LeNet", "lenet"),
    Case("ResNet-8", "resnet_cifar", {"depth": 8}),
    Case("ResNet-20", "resnet20"),
    Case("VGG-11, an eighth as wide", "vgg11", {"width": 0.125, "hidden": 64, "norm": "batch"}),
    Case("ResNet-18", "resnet18", most=16),
)
QUICK_NET = Case("quick network", None, factory="benchmarks.gpu.quick_net:build", most=8, batch_size=1024)


def dataset(samples: int) -> Dataset:
    """Noise with labels: nobody looks at what is learned."""
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(samples, *SHAPE, generator=draw)
    split = Split(images, torch.randint(OUTPUTS, (samples,), generator=draw))
    held_out = Split(images[:32], split.targets[:32])
    task = Task("cross_entropy", SHAPE, OUTPUTS, samples, 32, 32, (32,))
    return Dataset(split, held_out, held_out, task, None, None)
