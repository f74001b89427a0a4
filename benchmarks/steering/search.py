"""One study walked through in this process, with real training; equal jobs are trained once."""

from dataclasses import dataclass, field
from itertools import pairwise

from hpsearch.cohort import cohorts
from hpsearch.data.dataset import Dataset
from hpsearch.data.loading import load_dataset
from hpsearch.job import Job, data_settings
from hpsearch.recipe.search.steering.change import Kind
from hpsearch.recipe.steps import RECIPE_STEPS, concluded, skipped
from hpsearch.search import sampling
from hpsearch.stage import RECIPE, StageName
from hpsearch.study import StudyDefinition
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import FinishedTrial, TrialResult
from hpsearch.verdict import Verdict


@dataclass(frozen=True)
class Outcome:
    """What came of one study."""

    changes: dict[str, list[str]]
    """Kinds of changes by the round that they are for, as ``1`` or ``2``."""
    rounds: tuple[float, ...]
    """Best validation value of each round of the fine search."""
    best: float
    test: float
    """Accuracy of the best trial on the test split."""
    epochs: int
    """Of all trainings together."""
    failed: int
    """Trials of the fine search that failed."""


@dataclass
class Bench:
    """Trains jobs of one data set, and remembers what came of them."""

    dataset: Dataset
    known: dict[str, TrialResult] = field(default_factory=dict)

    def trained(self, jobs: tuple[Job, ...]) -> list[FinishedTrial]:
        missing = [job for job in jobs if repr(job) not in self.known]
        for cohort in cohorts(missing, {}):
            by_number = {job.number: job for job in missing}
            for result in train_cohort(cohort, self.dataset):
                self.known[repr(by_number[result.number])] = result
        return [FinishedTrial(job, self.known[repr(job)]) for job in jobs]


def bench_for(definition: StudyDefinition) -> Bench:
    """A bench with the data of a study loaded."""
    return Bench(load_dataset(data_settings(definition)))


def walk(definition: StudyDefinition, bench: Bench) -> Outcome:
    """All stages of the study, and the test."""
    task, verdicts, finished = bench.dataset.task, list[Verdict](), list[FinishedTrial]()
    for name in (*RECIPE, StageName.TEST):
        again = True
        while again:
            verdict = skipped(definition, task, name)
            if verdict is None:
                plan = RECIPE_STEPS[name].plan(definition, task, verdicts, finished, sampling)
                finished += bench.trained(plan.jobs)
                mine = [trial for trial in finished if trial.job.stage is name]
                verdict = concluded(definition, RECIPE_STEPS[name].judge(definition, task, plan, mine))
            verdicts.append(verdict)
            again = verdict.again
    return _outcome(verdicts, finished)


def _outcome(verdicts: list[Verdict], finished: list[FinishedTrial]) -> Outcome:
    fine = [trial for trial in finished if trial.job.stage is StageName.FINE]
    searches = [verdict for verdict in verdicts if verdict.stage in (StageName.COARSE, StageName.FINE)]
    changes = {
        str(number): sorted({found.code for found in verdict.findings if found.code in {*Kind}})
        for number, verdict in enumerate(searches, 1)
    }
    ends = [0, *(_last(verdict, fine) for verdict in searches if verdict.stage is StageName.FINE)]
    values = [trial.result.value or 0.0 for trial in fine]
    rounds = tuple(max(values[low:high]) for low, high in pairwise(ends))
    test = finished[-1].result.test_accuracy or 0.0
    epochs = sum(len(trial.result.epochs) for trial in finished)
    failed = sum(trial.result.failure is not None for trial in fine)
    return Outcome(changes, rounds, max(values), test, epochs, failed)


def _last(verdict: Verdict, fine: list[FinishedTrial]) -> int:
    """Trials of the fine search up to the end of this round; all rounds are of the same size here."""
    trials = verdict.measured["trials"]
    return trials if isinstance(trials, int) else len(fine)
