"""Which job of a stage comes first, and how much of it there is time for."""

import math
from dataclasses import replace

from hpsearch.gate.bench import CheckBench
from hpsearch.gate.dose import INITIAL_SAMPLES, initial_work
from hpsearch.job import Job
from hpsearch.recipe.learning_rates import allowed
from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition

FIRST_TRIED = 0.03
"""The learning rate that most sound networks of SGD's ladder learn at (heuristic): others follow by their distance."""
FEWEST_PASSES = 8
"""Over a small sample: with less time than that the attempt is not begun."""


def in_order(plan: Plan, study: StudyDefinition, learned_at: float | None) -> list[Job]:
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


def fitting(job: Job, bench: CheckBench) -> Job | None:
    """The job, with fewer steps if that is what there is time for; None if there is no time worth the while."""
    if not bench.deadline.is_set:
        return job
    left_s, batch = bench.deadline.left_s, min(job.batch_size, job.budget.samples or job.batch_size)
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
