"""First stage: is the loss at initialisation what theory says, and does the image reach the outputs?"""

import math
import statistics
from collections.abc import Sequence

from hpsearch.finding import Finding, Severity
from hpsearch.job import Budget, job_for
from hpsearch.recipe.centre import centre
from hpsearch.recipe.initial_loss.findings import (
    activation_on_output,
    not_measured,
    scale_left,
    signal_lost,
    units_dead,
    without_gradient,
)
from hpsearch.recipe.initial_loss.off import loss_off
from hpsearch.recipe.output_loss import tolerance
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import counted
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.INITIAL_LOSS


def plan(
    study: StudyDefinition,
    task: Task,
    verdicts: Sequence[Verdict],  # noqa: ARG001
    trials: Sequence[FinishedTrial],  # noqa: ARG001
    draw: Draw,  # noqa: ARG001
) -> Plan:
    """Networks at the centre of the space, each with weights of its own, looked at before any update."""
    seeds = study.recipe.initial_loss.seeds
    point = centre(study.space)
    jobs = tuple(job_for(study, STAGE, number, point, Budget(steps=0), regularised=False) for number in range(seeds))
    reason = f"the loss of {counted(seeds, 'initialisation')} against {task.initial_loss:.4g}, the loss of guessing"
    return Plan(STAGE, 0, jobs, held(point), reason)


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:  # noqa: ARG001
    """Fails if the mean loss is not finite or lies far above the tolerance (above it where a layer is of unhealthy
    scale), if the outputs do not depend on the image, or if an activation bounds them; warns of what may be meant so.

    The tolerance has one standard error of the mean over the seeds on top of what theory allows, and more seeds
    must lie above that than chance puts there: all of four or fewer, four of five.
    """
    broken = not_measured(finished)
    if broken is not None:
        measured = {"seeds": len(finished), "failed": broken.evidence["failed"]}
        expected = {"loss": task.initial_loss, "failed": 0}
        return Verdict(STAGE, Outcome.FAIL, broken.message, 0, measured, expected, (broken,))
    losses = [trial.result.step_losses[0] for trial in finished]
    mean, spread = statistics.fmean(losses), statistics.stdev(losses)
    allowed = tolerance(task) + spread / math.sqrt(len(losses))
    findings = _findings(task, mean, allowed, finished)
    failed = [finding for finding in findings if finding.severity is Severity.ERROR]
    summary = f"the initial loss is {mean:.4g} against {task.initial_loss:.4g} for guessing"
    return Verdict(
        STAGE,
        Outcome.FAIL if failed else Outcome.PASS,
        f"{summary}; {failed[0].message}" if failed else summary,
        0,
        {"loss": mean, "spread": spread, "seeds": len(losses)},
        {"loss": task.initial_loss, "tolerance": allowed},
        tuple(findings),
    )


def _findings(task: Task, mean: float, allowed: float, finished: Sequence[FinishedTrial]) -> list[Finding]:
    """Causes before what follows from them: without a signal neither scales nor gradients mean anything."""
    lost = signal_lost(finished)
    off = loss_off(task, mean, allowed, finished)
    bent = activation_on_output(task, finished)
    if lost is not None and lost.severity is Severity.ERROR:
        return [one for one in (lost, off, bent) if one is not None]
    dead = units_dead(finished)
    left = scale_left(finished) if off is None and lost is None and dead is None else None
    cut = without_gradient(finished)
    told = [off, lost, dead, left, bent]
    told.insert(0 if cut is not None and cut.severity is Severity.ERROR else len(told), cut)
    return [one for one in told if one is not None]
