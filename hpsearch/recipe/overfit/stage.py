"""Second stage: can the network learn a small sample by heart, with all regularisation off?"""

import math
from collections.abc import Sequence

from hpsearch.finding import Severity
from hpsearch.job import Budget, job_for
from hpsearch.recipe.centre import centre
from hpsearch.recipe.learning_rates import LEARNING_RATE, allowed, constant_rate, ladder, with_own, written
from hpsearch.recipe.overfit.attempt import NEARLY_LEARNED, Attempt, Ending, attempts_of
from hpsearch.recipe.overfit.findings import model_finding, own_rates_finding
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import counted, finite, known
from hpsearch.space import Grid
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.OVERFIT


def plan(
    study: StudyDefinition,
    task: Task,
    verdicts: Sequence[Verdict],  # noqa: ARG001
    trials: Sequence[FinishedTrial],  # noqa: ARG001
    draw: Draw,  # noqa: ARG001
) -> Plan:
    """The centre of the space at several learning rates, all from the same weights and in the same order."""
    settings = study.recipe.overfit
    point = centre(study.space)
    first = job_for(study, STAGE, 0, {LEARNING_RATE: 1.0, **point}, Budget(steps=0))
    rates = settings.learning_rates or with_own(study, ladder(first.optimizer.name, first.optimizer.momentum))
    rates = tuple(sorted(set(rates)))
    samples = min(settings.samples or settings.batches * first.batch_size, task.train_samples)
    budget = Budget(steps=settings.steps, samples=samples, until_learned=True)
    jobs = tuple(
        constant_rate(
            job_for(
                study,
                STAGE,
                number,
                {**point, LEARNING_RATE: rate},
                budget,
                weights_number=0,
                regularised=False,
            )
        )
        for number, rate in enumerate(rates)
    )
    reason = f"{counted(samples, 'sample')} to be learned by heart, at {_rates(rates)}"
    return Plan(STAGE, 0, jobs, held(point, {LEARNING_RATE: Grid(rates)}), reason)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:
    """Passes if the sample was learned at a rate that the study may use, or nearly so."""
    attempts = attempts_of(finished, task)
    learned = [attempt for attempt in attempts if attempt.succeeded]
    samples = counted(plan.jobs[0].budget.samples or 0, "sample")
    nearest = _nearest(attempts)
    best = min(learned, key=lambda attempt: (attempt.ending is Ending.NEARLY, attempt.iterations), default=nearest)
    expected: dict[str, object] = _mark(task)
    if learned:
        finding = own_rates_finding(study, attempts)
        fails = finding is not None and finding.severity is Severity.ERROR
        by_heart = "nearly learned by heart" if best.ending is Ending.NEARLY else "learned by heart"
        summary = f"{samples} {_were(plan)} {by_heart} at {_rates([attempt.rate for attempt in learned])}"
        if finding is not None and fails:  # the reason first, and the numbers of the rates that it is about
            own = allowed(study, [attempt.rate for attempt in attempts])
            best = _nearest([attempt for attempt in attempts if attempt.rate in own])
            summary = f"{finding.message}; {summary}"
        elif finding is not None:
            summary = f"{summary}; {finding.message}"
    else:
        optimizer = plan.jobs[0].optimizer
        finding, fails = model_finding(attempts, task, ladder(optimizer.name, optimizer.momentum)[0]), True
        expected |= {"loss_below": finding.evidence["floor"]} if "floor" in finding.evidence else {}
        summary = f"{samples} {_were(plan)} not learned by heart at {_rates([a.rate for a in attempts])}"
        summary = f"{summary}; {finding.message}"
    return Verdict(
        STAGE,
        Outcome.FAIL if fails else Outcome.PASS,
        summary,
        0,
        _measured(plan, attempts, best),
        expected,
        (finding,) if finding else (),
    )


def _nearest(attempts: Sequence[Attempt]) -> Attempt:
    return max(attempts, key=lambda attempt: attempt.merit)


def _mark(task: Task) -> dict[str, object]:
    """What counts as learned, or nearly so."""
    if task.is_classification:
        return {"accuracy": 1.0}
    return {"loss_at_most": math.sqrt(NEARLY_LEARNED) if task.loss == "l1" else NEARLY_LEARNED}


def _measured(plan: Plan, attempts: Sequence[Attempt], shown: Attempt) -> dict[str, object]:
    return known(
        {
            "learned_at": [attempt.rate for attempt in attempts if attempt.succeeded],
            "accuracy": shown.accuracy,
            "loss": finite(shown.loss),
            "learning_rate": shown.rate,
            "iterations": shown.iterations,
            "stood_still": shown.curve.stood_still if shown.succeeded else None,
            "samples": plan.jobs[0].budget.samples,
            "endings": {f"{attempt.rate:g}": attempt.ending.value for attempt in attempts},
        }
    )


def _were(plan: Plan) -> str:
    return "was" if plan.jobs[0].budget.samples == 1 else "were"


def _rates(rates: Sequence[float]) -> str:
    return f"{'a learning rate' if len(rates) == 1 else 'learning rates'} of {written(rates)}"
