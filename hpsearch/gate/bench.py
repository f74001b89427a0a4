"""Trains the jobs of a check, one at a time, and knows how long they take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

import torch
from torch import nn

from hpsearch.data.dataset import Dataset
from hpsearch.gate.bend import bend_of
from hpsearch.gate.deadline import NO_DEADLINE, Deadline
from hpsearch.gate.dose import nominal_sample_s
from hpsearch.gate.modes import norms_that_stand_still, seen_in_both_modes
from hpsearch.gate.reach import Reach, reach_of
from hpsearch.gate.speed import Speed
from hpsearch.gate.spread import Line, line_of
from hpsearch.gate.unseen import unseen_by
from hpsearch.job import Job, network_settings, seed_for
from hpsearch.networks.build import build_network
from hpsearch.recipe.centre import centre
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.training.isolation import own_randomness
from hpsearch.training.looks import Tried
from hpsearch.training.member import Training, train_member
from hpsearch.training.regularisation import calls_dropout, drops_out
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.size import Arithmetic
from hpsearch.trial import FinishedTrial

LARGE_MULTIPLY_ADDS = 20_000_000
"""A network with more of them a sample is worth all cores; a smaller one is faster on one (heuristic)."""
UNKNOWN_MULTIPLY_ADDS = 10_000_000
"""Taken for a network whose arithmetic cannot be watched."""


class CheckBench:
    """A study and its data on the CPU, the size and speed of the network at the centre of the space, and the time that
    there is."""

    def __init__(self, study: StudyDefinition, dataset: Dataset, deadline: Deadline = NO_DEADLINE) -> None:
        self.study, self.task, self.deadline = study, dataset.task, deadline
        named = study.network.name is not None  # as in training: a user's own network keeps its layout in memory
        device = torch.device("cpu")
        self._arrays = Arrays(dataset, device, channels_last=named)
        self._arithmetic = Arithmetic()
        with own_randomness(seed_for(study.seed, "check"), device):
            network = _network(study, dataset.task)
            self.multiply_adds = _multiply_adds(network, dataset.task)
            self.drops_out = drops_out(network) or _calls_dropout(network, dataset.task)
        self.reach: Reach | None = None
        """Of the network's outputs, once a sample was tried to be learned; None if they are not bounded."""
        self.leaves_unit = False
        """Whether other weights were seen to take the outputs below 0 or above 1."""
        self.standing: tuple[str, ...] = ()
        """Norms whose statistics do not follow their batches, as far as an attempt was made to learn a sample."""
        self.line: Line | None = None
        """On which the outputs for all images lie; None if they do not."""
        self._found = Tried()
        self._tried_out = False
        self.speed = Speed(nominal_sample_s(self.multiply_adds or UNKNOWN_MULTIPLY_ADDS))

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Weights, of two dimensions and more, that another seed draws otherwise: others were set, or loaded. All of
        them where none does: a factory that gives the same network again tells nothing of what was drawn."""
        first, second = (dict(_network(self.study, self.task, seed).named_parameters()) for seed in (0, 1))
        both = ((name, one, second[name]) for name, one in first.items() if name in second and one.ndim > 1)
        alike = {name: torch.equal(one, other) for name, one, other in both}
        return frozenset(name for name, same in alike.items() if not same) or frozenset(alike)

    def train(self, job: Job, enough: Callable[[Sequence[float]], bool] | None = None) -> FinishedTrial:
        """Trains a job to its end, or until the losses of its iterations are ``enough``."""
        with _threads((self.multiply_adds or 0) >= LARGE_MULTIPLY_ADDS):
            result = train_member(job, self._arrays, self._arithmetic, enough=enough, behind=self._look)
        self.speed.learn(job, result)
        return FinishedTrial(job, result)

    def _look(self, training: Training) -> None:
        """Behind an attempt to learn a sample; what is the network's, whatever its weights, is tried once: with weights
        whose outputs differ and are finite, which those of an attempt that exploded or died are not."""
        if not training.job.budget.until_learned:
            return
        if not self._tried_out and (reached := reach_of(training)) is not None:
            self._tried_out = True
            self.reach, self.leaves_unit = reached
            self._found = Tried(bend=bend_of(training), unseen=unseen_by(training))
            self.standing = norms_that_stand_still(training.network)
            self.line = line_of(training)
        seen_in_both_modes(training, self._found)


def _network(study: StudyDefinition, task: Task, seed: int = 0) -> nn.Module:
    """At the centre of the space."""
    prefix = "network."
    point = {**study.fixed(), **centre(study.space)}
    parameters = {path.removeprefix(prefix): value for path, value in point.items() if path.startswith(prefix)}
    return build_network(network_settings(study.network, parameters), task.input_shape, task.outputs, seed)


def _multiply_adds(network: nn.Module, task: Task) -> int | None:
    """For one sample; None if they cannot be counted."""
    return Arithmetic().multiply_adds(network, torch.zeros(1, *task.input_shape))


def _calls_dropout(network: nn.Module, task: Task) -> bool:
    """False also for a network that raises, which training will tell."""
    with suppress(Exception):
        return calls_dropout(network, torch.zeros(2, *task.input_shape))
    return False


@contextmanager
def _threads(large: bool) -> Iterator[None]:
    """Inside, torch computes on the threads that it has, or on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(before if large else 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
