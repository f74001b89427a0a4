"""The networks that ``hpsearch inspect`` looks at."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from hpsearch.cli.definition import study_in
from hpsearch.cost.extent import costly, spanning_points
from hpsearch.cost.memory import Step
from hpsearch.errors import DefinitionError, HpsearchError
from hpsearch.job import Budget, Job, NetworkSettings, job_for
from hpsearch.networks.build import build_network
from hpsearch.optimization import OptimizerName
from hpsearch.preflight.check import check_definition
from hpsearch.preflight.forward import forward_problem
from hpsearch.recipe.centre import centre
from hpsearch.space import Point
from hpsearch.stage import StageName
from hpsearch.task import Task
from hpsearch.training.evaluation import batch_size

DEFAULT_BATCH = 64


@dataclass(frozen=True)
class Subject:
    """A network, the data that it is for, and how it is trained."""

    settings: NetworkSettings
    input_shape: tuple[int, int, int]
    outputs: int
    step: Step
    samples: int = 0
    """Of the data set; 0 if there is none."""
    point: Point | None = None
    """Of the search space, what decides the cost; None outside of a study."""

    @classmethod
    def named(
        cls,
        name: str,
        input_shape: tuple[int, int, int],
        outputs: int,
        batch: int | None,
        optimizer: OptimizerName | None,
    ) -> "Subject":
        """A named network, or the user's own as ``module:callable``, with its default hyperparameters."""
        step = Step(batch or DEFAULT_BATCH, optimizer or "sgd", evaluated=_evaluated(input_shape))
        if ":" not in name:
            return cls(NetworkSettings(name, None, {}), input_shape, outputs, step)
        sys.path.insert(0, str(Path.cwd()))
        return cls(NetworkSettings(None, name, {}), input_shape, outputs, step)

    @property
    def data_bytes(self) -> int:
        """Of the images, which training keeps on its device."""
        return self.samples * 4 * self.input_shape[0] * self.input_shape[1] * self.input_shape[2]

    def network(self) -> nn.Module:
        """Built without memory if it can be; raises DefinitionError if it does not accept its input."""
        try:
            with torch.device("meta"):
                network = build_network(self.settings, self.input_shape, self.outputs, seed=0)
            if forward_problem(network, torch.empty(2, *self.input_shape, device="meta"), self.outputs) is None:
                return network
        except Exception:  # noqa: BLE001, S110  (whatever it was, real numbers say it better)
            pass
        network = build_network(self.settings, self.input_shape, self.outputs, seed=0)
        problem = forward_problem(network, torch.zeros(2, *self.input_shape), self.outputs)
        if problem is not None:
            raise DefinitionError([problem])
        return network


def subjects_of_study(
    path: Path, batch: int | None, optimizer: OptimizerName | None
) -> tuple[Subject, tuple[Subject, ...]]:
    """The network in the middle of a study's space, and those that span what the space costs, that one first."""
    definition = study_in(path)
    task = check_definition(definition).task
    middle = centre(definition.space)
    decisive = costly(definition.space)
    rest = {place: value for place, value in middle.items() if place not in decisive}
    subjects = []
    for point in spanning_points(decisive, {place: middle[place] for place in decisive}):
        job = job_for(definition, StageName.INITIAL_LOSS, 0, {**rest, **point}, Budget(steps=0))
        subjects.append(replace(_trained(job, task, batch, optimizer), point=point))
    return subjects[0], tuple(subjects)


def _trained(job: Job, task: Task, batch: int | None, optimizer: OptimizerName | None) -> Subject:
    step = Step(
        min(batch or job.batch_size, task.train_samples),
        optimizer or job.optimizer.name,
        job.optimizer.momentum,
        task.loss,
        evaluated=min(_evaluated(task.input_shape), max(task.validation_samples, task.test_samples)),
    )
    samples = task.train_samples + task.validation_samples + task.test_samples
    return Subject(job.network, task.input_shape, task.outputs, step, samples)


def _evaluated(input_shape: tuple[int, int, int]) -> int:
    """How many images an evaluation on a GPU looks at at once."""
    return batch_size(torch.empty(1, *input_shape, device="meta"))


def buildable(subjects: tuple[Subject, ...]) -> list[tuple[Subject, nn.Module]]:
    """Those that can be built and accept their input, with their networks, which take no memory if they can."""
    built = []
    for subject in subjects:
        try:
            built.append((subject, subject.network()))
        except HpsearchError:
            continue
    return built
