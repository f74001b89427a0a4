"""Runs one sanity stage in one dose: job after job, until the verdict stands or the time is up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal, NoReturn

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import LEAST, Dose, dosed_plan, dosed_study, work_of
from hpsearch.gate.job_order import fitting, in_order
from hpsearch.gate.patience import Patience, bounded_for_certain
from hpsearch.gate.settled import is_settled, twin
from hpsearch.job import Job
from hpsearch.recipe.initial_loss import stage as initial_loss
from hpsearch.recipe.learning_rates import allowed
from hpsearch.recipe.lr_sweep import stage as lr_sweep
from hpsearch.recipe.overfit import stage as overfit
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.step import Step
from hpsearch.space import Space
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STEPS: MappingProxyType[StageName, Step] = MappingProxyType(
    {StageName.INITIAL_LOSS: initial_loss, StageName.OVERFIT: overfit, StageName.LR_SWEEP: lr_sweep}
)


@dataclass(frozen=True)
class Before:
    """What the stages before have shown."""

    attempts: tuple[FinishedTrial, ...] = ()
    """To learn a sample by heart."""
    learned_at: float | None = None
    """The rate at which one was learned."""
    verdicts: tuple[Verdict, ...] = ()


NOTHING = Before()
"""Known of a network that no stage has seen."""


@dataclass(frozen=True)
class StageRun:
    """What came of one stage in one dose."""

    plan: Plan
    finished: tuple[FinishedTrial, ...]
    verdict: Verdict | None
    """None: it could not be judged, for lack of time or of proof."""
    cut: bool = False
    """Whether jobs were left out or shortened for lack of time."""
    given_up: int | None = None
    """After so many iterations at most attempts were given up without proof; None: none was."""
    taken_over: int = 0
    """How many jobs of a sweep the attempts to learn a sample had already shown."""
    unproved: tuple[FinishedTrial, ...] = ()
    """Attempts that were given up or had not the time that they need."""

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.verdict is not None and self.verdict.outcome is Outcome.PASS

    @property
    def learned_at(self) -> float | None:
        """The rate at which the sample was learned in the fewest iterations; None if at none."""
        learned = [trial for trial in self.finished if trial.result.learned]
        best = min(learned, key=lambda trial: len(trial.result.step_losses), default=None)
        return None if best is None else best.job.optimizer.learning_rate


class _Nothing:
    """Where the points of the sanity stages come from: they have one of their own."""

    def points(
        self,
        sampler: Literal["random", "grid", "sobol"],  # noqa: ARG002
        space: Space,  # noqa: ARG002
        **_: object,
    ) -> NoReturn:
        raise ValueError("a sanity stage draws no points: a bug")


def run_stage(bench: CheckBench, stage: StageName, dose: Dose, before: Before = NOTHING) -> StageRun:
    """Trains the jobs of the stage, the most promising first, and ends as soon as a pass stands: in a sweep over
    several optimisers, for each of them.

    A failure is judged by all jobs, each to its end; but in a large network, whose attempts to learn a sample are
    limited (``dose.most_steps``), by what ``Patience`` says is enough, and one that has less for it is not judged.
    """
    run = _Running(bench, stage, dose, before)
    for job in in_order(run.plan, bench.study, before.learned_at):
        if not run.goes_on_behind(job):
            break
    return run.ended()


class _Running:
    """One stage under way."""

    def __init__(self, bench: CheckBench, stage: StageName, dose: Dose, before: Before) -> None:
        self._bench, self._stage, self._dose, self._before = bench, stage, dose, before
        self._dosed = dosed_study(bench.study, stage, dose, before.learned_at)
        self._step = STEPS[stage]
        self.plan = dosed_plan(self._step.plan(self._dosed, bench.task, before.verdicts, (), _Nothing()), dose)
        self._patience = Patience(bench.task, dose)
        self._finished: list[FinishedTrial] = []
        self._cut: list[FinishedTrial] = []
        self._out_of_time = False
        self._taken_over = 0
        self._repeats = stage is StageName.LR_SWEEP and dose.sweep_rates == "near"
        self._swept: set[str] = set()

    def goes_on_behind(self, job: Job) -> bool:
        """Trains a job, or leaves it out; whether there is anything left to do."""
        bench, name = self._bench, job.optimizer.name
        if name in self._swept:
            return True
        shown = twin(job, self._before.attempts, bench.task, drops_out=bench.drops_out) if self._repeats else None
        timed = job if shown is not None else fitting(job, bench)
        if timed is None:
            self._out_of_time = True
            return False
        if self._patience.limits(timed):
            return self._attempted(job, timed)
        self._taken_over += shown is not None
        end = partial(is_settled, job=job, task=bench.task) if self._repeats else None
        trial = shown or bench.train(timed, end)
        if timed is not job and _ended_early(trial):
            self._out_of_time = True
            self._cut.append(trial)
            return False
        return self._keeps(trial, job)

    def _attempted(self, job: Job, timed: Job) -> bool:
        """Tries to learn a sample in as many iterations as that is worth in a large network."""
        patience = self._patience
        if not patience.has_hope_for(job):
            return True
        trial = self._bench.train(patience.longest(timed), patience.enough(timed))
        patience.takes(trial, job, given_up=_ended_early(trial))
        if not _ended_early(trial):
            return self._keeps(trial, job)
        if not patience.stalled:
            return True
        self._finished += patience.stalled
        return False

    def _keeps(self, trial: FinishedTrial, job: Job) -> bool:
        """Keeps a job that came to its end; whether another one could say anything else."""
        bench, stage = self._bench, self._stage
        self._finished.append(trial)
        too_low = self._patience.too_low(trial, self.plan, bench.study) if trial.result.learned else ()
        if too_low:
            self._finished += too_low
            return False
        if bounded_for_certain(stage, self._finished, bench.task):
            self._patience.settles()
            return False
        if not _ends_early(stage, self._dose):
            return True
        alike = [one for one in self._finished if one.job.optimizer.name == job.optimizer.name]
        alike = alike if stage is StageName.LR_SWEEP else self._finished
        if not _stands(self._step.judge(self._dosed, bench.task, self.plan, alike), bench.study, alike):
            return True
        self._swept.add(job.optimizer.name)
        return stage is StageName.LR_SWEEP

    def ended(self) -> StageRun:
        """What came of it."""
        finished, given_up = self._finished, self._patience.given_up
        enough = len(finished) >= (2 if self._stage is StageName.INITIAL_LOSS else 1)
        verdict = self._step.judge(self._dosed, self._bench.task, self.plan, finished) if enough else None
        unproved = self._out_of_time or given_up is not None
        if verdict is not None and unproved and not _stands(verdict, self._bench.study, finished):
            verdict = None
        return StageRun(
            self.plan,
            tuple(sorted(finished, key=lambda trial: trial.job.number)),
            verdict,
            self._out_of_time,
            given_up,
            self._taken_over,
            (*self._patience.without_proof, *self._cut),
        )


def _ended_early(trial: FinishedTrial) -> bool:
    """Whether an attempt neither failed nor learned."""
    return trial.result.failure is None and not trial.result.learned


def _ends_early(stage: StageName, dose: Dose) -> bool:
    return stage is StageName.OVERFIT or (stage is StageName.LR_SWEEP and dose.sweep_rates == "near")


def _stands(verdict: Verdict, study: StudyDefinition, finished: Sequence[FinishedTrial]) -> bool:
    """Whether a verdict on some of the jobs will be the same on all: a pass at a rate that the study may use."""
    if verdict.outcome is not Outcome.PASS or verdict.findings:
        return False
    if verdict.stage is StageName.INITIAL_LOSS or study.recipe.overfit.learning_rates is not None:
        return True
    return bool(allowed(study, [trial.job.optimizer.learning_rate for trial in finished]))


def chosen_dose(usual: Dose, doses: Sequence[Dose], stage: StageName, bench: CheckBench, seconds: float) -> Dose:
    """The largest dose, the usual one at most, that is expected to end within some seconds; the least if none is."""
    smaller = doses[doses.index(usual) :]
    within = (dose for dose in smaller if bench.speed.seconds(work_of(dose, bench.study, stage)) <= seconds)
    return next(within, LEAST)
