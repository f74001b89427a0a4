"""Second stage: can the network learn a small sample by heart, with all regularisation off?"""

import math
from collections.abc import Sequence

from hpsearch.finding import Severity
from hpsearch.job import Budget, job_for
from hpsearch.recipe.attempt import NEARLY_LEARNED, Ending, attempts_of
from hpsearch.recipe.centre import centre
from hpsearch.recipe.learning_rates import LEARNING_RATE, constant_rate, ladder, with_own, written
from hpsearch.recipe.overfit_findings import model_finding, own_rates_finding
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import finite
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
    reason = f"{samples} samples to be learned by heart, at learning rates of {written(rates)}"
    return Plan(STAGE, 0, jobs, held(point, {LEARNING_RATE: Grid(rates)}), reason)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:
    """Passes if the sample was learned at a rate that the study may use, or nearly so."""
    attempts = attempts_of(finished, task)
    learned = [attempt for attempt in attempts if attempt.succeeded]
    samples = plan.jobs[0].budget.samples
    nearest = max(attempts, key=lambda attempt: attempt.merit)
    best = min(learned, key=lambda attempt: (attempt.ending is Ending.NEARLY, attempt.iterations), default=nearest)
    measured = {
        "learned_at": [attempt.rate for attempt in learned],
        "accuracy": best.accuracy,
        "loss": finite(best.loss),
        "learning_rate": best.rate,
        "iterations": best.iterations,
        "samples": samples,
        "endings": {f"{attempt.rate:g}": attempt.ending.value for attempt in attempts},
    }
    nearly = math.sqrt(NEARLY_LEARNED) if task.loss == "l1" else NEARLY_LEARNED
    expected = {"accuracy": 1.0} if task.is_classification else {"loss_at_most": nearly}
    if learned:
        finding = own_rates_finding(study, attempts)
        fails = finding is not None and finding.severity is Severity.ERROR
        rates = written([attempt.rate for attempt in learned])
        by_heart = "nearly learned by heart" if best.ending is Ending.NEARLY else "learned by heart"
        summary = f"{samples} samples were {by_heart} at learning rates of {rates}"
    else:
        optimizer = plan.jobs[0].optimizer
        finding, fails = model_finding(attempts, task, ladder(optimizer.name, optimizer.momentum)[0]), True
        summary = f"{samples} samples were learned by heart at none of {len(attempts)} learning rates"
    return Verdict(
        STAGE,
        Outcome.FAIL if fails else Outcome.PASS,
        f"{summary}; {finding.message}" if finding else summary,
        0,
        measured,
        expected,
        (finding,) if finding else (),
    )
