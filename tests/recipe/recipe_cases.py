"""Studies, and finished trials with or without real training, that the tests of the recipe share."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from hpsearch.cohort import cohorts
from hpsearch.data.dataset import Dataset
from hpsearch.data.loading import load_dataset
from hpsearch.job import Job, data_settings
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.search import sampling
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import EpochRecord, Failure, FinishedTrial, LayerScale, TrialResult, TrialState
from hpsearch.verdict import Verdict

TASK = Task("cross_entropy", (1, 8, 8), 10, 1000, 400, 300, (40,) * 10)
REGRESSION = Task("l2", (1, 8, 8), 1, 1000, 400, 300, (), 0.9)


def study(**sections: Any) -> StudyDefinition:
    """Digits and the built-in network, unless the sections say otherwise."""
    content: dict[str, Any] = {"data": {"dataset": "digits"}, "network": {"name": "convnet", "depth": 2, "width": 8}}
    return StudyDefinition.model_validate({**content, **sections})


def own_network(factory: str, **parameters: Any) -> dict[str, Any]:
    """A network of ``recipe_networks``, for the definition."""
    return {"factory": f"tests.recipe.recipe_networks:{factory}", **parameters}


def own_data(factory: str, **sections: Any) -> dict[str, Any]:
    """Data of ``recipe_data``, for the definition."""
    return {"factory": f"tests.recipe.recipe_data:{factory}", **sections}


def planned(
    stage: StageName,
    definition: StudyDefinition,
    task: Task = TASK,
    verdicts: Sequence[Verdict] = (),
    trials: Sequence[FinishedTrial] = (),
) -> Plan:
    """The plan of a stage's next round."""
    return RECIPE_STEPS[stage].plan(definition, task, verdicts, trials, sampling)


def judged(definition: StudyDefinition, plan: Plan, finished: Sequence[FinishedTrial], task: Task = TASK) -> Verdict:
    """The verdict on a round, before any override."""
    return RECIPE_STEPS[plan.stage].judge(definition, task, plan, finished)


def ended(job: Job, **content: Any) -> FinishedTrial:
    """A trial that went to its end, with the given parts of a result."""
    return FinishedTrial(job, TrialResult(job.stage, job.number, TrialState.COMPLETE, **content))


def failed(job: Job, failure: Failure = Failure.DIVERGED, **content: Any) -> FinishedTrial:
    """A trial that failed, with the given parts of a result."""
    reason = content.pop("reason", "the loss became nan")
    result = TrialResult(job.stage, job.number, TrialState.FAILED, failure=failure, reason=reason, **content)
    return FinishedTrial(job, result)


def scored(job: Job, accuracy: float, train_accuracy: float = 0.5) -> FinishedTrial:
    """A trial of a search whose best epoch had this validation accuracy."""
    epoch = EpochRecord(1, 1.0, train_accuracy, 1.0, accuracy)
    return ended(job, value=accuracy, best_epoch=1, epochs=(epoch,))


def layers(*described: tuple[str, str, float, float]) -> tuple[LayerScale, ...]:
    """Layers from (name, kind, mean, standard deviation)."""
    return tuple(LayerScale(name, kind, mean, std, float(mean == std == 0)) for name, kind, mean, std in described)


def exponential(start: float, end: float, steps: int, noise: float = 0.02) -> tuple[float, ...]:
    """A loss that falls (or rises) from ``start`` towards ``end``, with noise that alternates."""
    return tuple(
        end + (start - end) * math.exp(-5 * step / steps) + noise * (-1) ** (step // 2) for step in range(steps)
    )


def trained(plan: Plan, dataset: Dataset) -> list[FinishedTrial]:
    """The plan's jobs, really trained, in trial order."""
    return sorted(_train(plan.jobs, dataset), key=lambda trial: trial.job.number)


def _train(jobs: Sequence[Job], dataset: Dataset) -> Iterator[FinishedTrial]:
    by_number = {job.number: job for job in jobs}
    for cohort in cohorts(jobs, {}):
        for result in train_cohort(cohort, dataset):
            yield FinishedTrial(by_number[result.number], result)


def walked(
    definition: StudyDefinition, stages: Sequence[StageName]
) -> tuple[dict[StageName, Verdict], list[FinishedTrial]]:
    """The stages one after the other with real training, whatever they find; the last verdict of each."""
    dataset = load_dataset(data_settings(definition))
    verdicts: list[Verdict] = []
    finished: list[FinishedTrial] = []
    for name in stages:
        again = True
        while again:
            verdict = skipped(definition, dataset.task, name)
            if verdict is None:
                plan = planned(name, definition, dataset.task, verdicts, finished)
                finished += trained(plan, dataset)
                mine = [trial for trial in finished if trial.job.stage is name]
                verdict = concluded(definition, judged(definition, plan, mine, dataset.task))
            verdicts.append(verdict)
            again = verdict.again
    return {verdict.stage: verdict for verdict in verdicts}, finished


def codes(verdict: Verdict) -> list[str]:
    """The codes of a verdict's findings."""
    return [finding.code for finding in verdict.findings]
