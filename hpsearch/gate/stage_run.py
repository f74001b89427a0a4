"""Runs one sanity stage in one dose: job after job, until the verdict stands or the time is up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Literal, NoReturn

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.deadline import Deadline
from hpsearch.gate.dose import INITIAL_SAMPLES, LEAST, Dose, dosed_plan, dosed_study, initial_work, work_of
from hpsearch.gate.patience import (
    ATTEMPTS,
    STALLED,
    bounded_for_certain,
    cannot_arrive,
    has_stalled,
    is_hopeless,
    is_idle,
    longer,
)
from hpsearch.gate.settled import is_settled, twin
from hpsearch.job import Job
from hpsearch.recipe import initial_loss, lr_sweep, overfit
from hpsearch.recipe.learning_rates import allowed
from hpsearch.recipe.plan import Plan
from hpsearch.recipe.step import Step
from hpsearch.space import Space
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STEPS: MappingProxyType[StageName, Step] = MappingProxyType(
    {StageName.INITIAL_LOSS: initial_loss, StageName.OVERFIT: overfit, StageName.LR_SWEEP: lr_sweep}
)
FIRST_TRIED = 0.03
"""The learning rate that most sound networks of SGD's ladder learn at (heuristic): others follow by their distance."""
FEWEST_PASSES = 8
"""Over a small sample: with less time than that the attempt is not begun."""


@dataclass(frozen=True)
class StageRun:
    """What came of one stage in one dose."""

    plan: Plan
    finished: tuple[FinishedTrial, ...]
    verdict: Verdict | None
    """None: the time was up before it could be judged."""
    cut: bool = False
    """Whether jobs were left out or shortened for lack of time."""
    given_up: int | None = None
    """After so many iterations at most attempts were given up without proof; None: none was."""
    taken_over: int = 0
    """How many jobs of a sweep the attempts to learn a sample had already shown."""

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


def run_stage(
    bench: CheckBench,
    study: StudyDefinition,
    task: Task,
    stage: StageName,
    dose: Dose,
    deadline: Deadline,
    learned_at: float | None = None,
    most_steps: int | None = None,
    attempts: Sequence[FinishedTrial] = (),
    verdicts: Sequence[Verdict] = (),
) -> StageRun:
    """Trains the jobs of the stage, the most promising first, and ends as soon as a pass stands: in a sweep over
    several optimisers, for each of them.

    ``learned_at``: the rate at which the stage before has learned its sample. ``most_steps``: of an attempt to learn
    one. ``attempts``: those of the stage before. ``verdicts``: of the stages before. A failure is judged by all jobs,
    each to its end, only.
    """
    dosed = dosed_study(study, stage, dose, learned_at)
    step = STEPS[stage]
    plan = dosed_plan(step.plan(dosed, task, verdicts, (), _Nothing()), dose)
    finished: list[FinishedTrial] = []
    idle: list[FinishedTrial] = []
    stalled: list[FinishedTrial] = []
    cut = False
    given_up: int | None = None
    left = ATTEMPTS * (most_steps or 0)
    taken_over = 0
    repeats = stage is StageName.LR_SWEEP and dose.sweep_rates == "near"
    swept: set[str] = set()
    for job in _ordered(plan, study, learned_at):
        if job.optimizer.name in swept:
            continue
        shown = twin(job, attempts, task, drops_out=bench.drops_out) if repeats else None
        fitting = job if shown is not None else _fitting(job, bench, deadline)
        if fitting is None:
            cut = True
            break
        limited = _limited(fitting, most_steps)
        taken_over += shown is not None
        end = partial(is_settled, job=job, task=task) if repeats else None
        trained = limited
        if limited is not fitting:
            if left <= 0 or any(job.optimizer.learning_rate < one.job.optimizer.learning_rate for one in idle):
                continue
            end, trained = partial(is_hopeless, job=limited, task=task), longer(limited, left)
        trial = shown or bench.train(trained, end)
        ended_early = trial.result.failure is None and not trial.result.learned
        if limited is not fitting:
            left -= len(trial.result.step_losses)
        if ended_early and limited is not fitting:
            given_up = max(given_up or 0, len(trial.result.step_losses))
            idle += [FinishedTrial(job, trial.result)] if is_idle(trial.result.step_losses, task) else []
            stalled += [trial] if has_stalled(trial.result.step_losses, limited, task) else []
            if len(stalled) < STALLED:
                continue
            finished += stalled
            given_up = None
            break
        if ended_early and fitting is not job:
            cut = True
            break
        finished.append(trial)
        if trial.result.learned and _too_low(idle, trial, plan, study):
            finished += idle
            idle, given_up = [], None
            break
        if bounded_for_certain(stage, finished, task):
            given_up = None
            break
        alike = finished
        if stage is StageName.LR_SWEEP:
            alike = [one for one in finished if one.job.optimizer.name == job.optimizer.name]
        if _ends_early(stage, dose) and _stands(step.judge(dosed, task, plan, alike), study, alike):
            if stage is not StageName.LR_SWEEP:
                break
            swept.add(job.optimizer.name)
    enough = len(finished) >= (2 if stage is StageName.INITIAL_LOSS else 1)
    verdict = step.judge(dosed, task, plan, finished) if enough else None
    if verdict is not None and (cut or given_up) and not _stands(verdict, study, finished):
        verdict = None
    in_order = tuple(sorted(finished, key=lambda trial: trial.job.number))
    return StageRun(plan, in_order, verdict, cut, given_up, taken_over)


def _too_low(idle: Sequence[FinishedTrial], learned: FinishedTrial, plan: Plan, study: StudyDefinition) -> bool:
    """Whether all rates that the study may use are among the idle ones, and too low for all of their iterations."""
    own = set(allowed(study, [job.optimizer.learning_rate for job in plan.jobs]))
    tried = [one for one in idle if one.job.optimizer.learning_rate in own]
    if not own or {one.job.optimizer.learning_rate for one in tried} != own or study.recipe.overfit.learning_rates:
        return False
    return all(cannot_arrive(one, learned, one.job.budget.steps or 0) for one in tried)


def _ends_early(stage: StageName, dose: Dose) -> bool:
    return stage is StageName.OVERFIT or (stage is StageName.LR_SWEEP and dose.sweep_rates == "near")


def _stands(verdict: Verdict, study: StudyDefinition, finished: Sequence[FinishedTrial]) -> bool:
    """Whether a verdict on some of the jobs will be the same on all: a pass at a rate that the study may use."""
    if verdict.outcome is not Outcome.PASS or verdict.findings:
        return False
    if verdict.stage is StageName.INITIAL_LOSS or study.recipe.overfit.learning_rates is not None:
        return True
    return bool(allowed(study, [trial.job.optimizer.learning_rate for trial in finished]))


def _ordered(plan: Plan, study: StudyDefinition, learned_at: float | None) -> list[Job]:
    """Rates that the study may use first; among them those nearest to where learning is most likely."""
    if plan.stage is StageName.INITIAL_LOSS:
        return list(plan.jobs)
    rates = sorted({job.optimizer.learning_rate for job in plan.jobs})
    first = learned_at or (rates[len(rates) // 2] if plan.stage is StageName.OVERFIT else FIRST_TRIED)
    own = set(allowed(study, rates))

    def order(job: Job) -> tuple[bool, float, int]:
        rate = job.optimizer.learning_rate
        return rate not in own, abs(math.log(rate / first)), job.number

    return sorted(plan.jobs, key=order)


def _fitting(job: Job, bench: CheckBench, deadline: Deadline) -> Job | None:
    """The job, with fewer steps if that is what there is time for; None if there is no time worth the while."""
    if not deadline.is_set:
        return job
    left_s, batch = deadline.left_s, min(job.batch_size, job.budget.samples or job.batch_size)
    if job.stage is StageName.INITIAL_LOSS:
        work = initial_work(job.budget.samples or INITIAL_SAMPLES, batch)
        return job if bench.speed.seconds(work) <= left_s else None
    steps = job.budget.steps or 0
    fit = bench.speed.steps_within(left_s, batch)
    if fit >= steps:
        return job
    if job.stage is not StageName.OVERFIT:
        return None
    one_pass = math.ceil((job.budget.samples or batch) / batch)
    if fit < FEWEST_PASSES * one_pass:
        return None
    return replace(job, budget=replace(job.budget, steps=fit))


def _limited(job: Job, most_steps: int | None) -> Job:
    """The job with ``most_steps`` at most, if it is an attempt to learn a sample by heart."""
    steps = job.budget.steps or 0
    if job.stage is not StageName.OVERFIT or most_steps is None or steps <= most_steps:
        return job
    return replace(job, budget=replace(job.budget, steps=most_steps))


def chosen_dose(
    usual: Dose, doses: Sequence[Dose], study: StudyDefinition, stage: StageName, bench: CheckBench, seconds: float
) -> Dose:
    """The largest dose, the usual one at most, that is expected to end within some seconds; the least if none is."""
    smaller = doses[doses.index(usual) :]
    fitting = (dose for dose in smaller if bench.speed.seconds(work_of(dose, study, stage)) <= seconds)
    return next(fitting, LEAST)
