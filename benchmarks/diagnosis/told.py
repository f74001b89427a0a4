"""All that a user is told of a case: of its data, its forward pass, its first weights, and its training."""

import json
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

from benchmarks.diagnosis.catalogue import Case
from benchmarks.diagnosis.trainings import data_of, first_looks, trained
from hpsearch.advice.advise import advise_behaviour
from hpsearch.data.checks.check import check_data
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.recipe.initial_loss.stage import judge
from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

WRITTEN = {"data": {"dataset": "digits"}, "network": "convnet"}
STUDY = StudyDefinition.model_validate(WRITTEN)


@dataclass(frozen=True)
class Told:
    """One case with what was found in it."""

    case: Case
    trial: FinishedTrial
    of_data: tuple[Finding, ...]
    of_start: tuple[Finding, ...]
    of_training: tuple[Finding, ...]
    """From the curves and from inside the network."""
    seconds: float
    """Of diagnosing the training."""
    of_network: tuple[Finding, ...] = ()
    """What its forward pass does, as ``hpsearch run`` tries it before the first stage."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return (*self.of_data, *self.of_network, *self.of_start, *self.of_training)

    @property
    def codes(self) -> frozenset[str]:
        """Of errors and warnings; informations are no alarms."""
        return frozenset(one.code for one in self.findings if one.severity is not Severity.INFO)

    @property
    def found(self) -> bool:
        """Whether a code says what is wrong."""
        return bool(self.codes & self.case.kind.right)

    @property
    def wrong(self) -> frozenset[str]:
        """Codes that are not true of the case."""
        return self.codes - self.case.kind.right - self.case.kind.also

    @property
    def untried(self) -> Self:
        """The same without what trying the network has told."""
        return replace(self, of_network=())


@cache
def told_of_data(data: str, change: str) -> tuple[Finding, ...]:
    """What the checks say of a data set."""
    return check_data(data_of(data, change))


@cache
def told_of_network(network: str, task: Task) -> tuple[Finding, ...]:
    """What is found in the forward pass of a network, which is given as the JSON of a definition's part."""
    return advise_behaviour(StudyDefinition.model_validate({**WRITTEN, "network": json.loads(network)}), task)


def told(case: Case, folder: Path) -> Told:
    """Trains the case, or reads it from the folder, and asks all rules."""
    trial, dataset = trained(case, folder)
    looks = first_looks(case, folder)
    plan = Plan(StageName.INITIAL_LOSS, 0, tuple(look.job for look in looks), {}, "")
    start = judge(STUDY, dataset.task, plan, looks).findings
    settings = case.job.network
    network = told_of_network(json.dumps({"factory": settings.factory, **settings.parameters}), dataset.task)
    began = time.process_time()
    training = diagnose(trial, STUDY, dataset.task)
    seconds = time.process_time() - began
    return Told(case, trial, told_of_data(case.data, case.kind.data), start, training, seconds, network)
