"""After the search: the best trial is trained once more, exactly as it was, and the test split is read once."""

import math
from collections.abc import Sequence
from dataclasses import replace

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.best import best_so_far, best_trial
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.sources import CAWLEY
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import known
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.TEST
STANDARD_ERRORS = 3.0
"""So far below validation the test accuracy is noticed."""


def plan(
    study: StudyDefinition,
    task: Task,
    verdicts: Sequence[Verdict],  # noqa: ARG001
    trials: Sequence[FinishedTrial],
    draw: Draw,  # noqa: ARG001
) -> Plan:
    """The best trial's own job, seeds and budget included, with the order to read the test split at the end.

    No job if no trial of a search has ended well.
    """
    best = best_trial(trials, study, task)
    if best is None:
        return Plan(STAGE, 0, (), {}, "no trial has ended well, so there is nothing to read the test split with")
    job = replace(best.job, stage=STAGE, number=0, evaluate_test=True)
    reason = f"trial {best.job.number} of {best.job.stage} once more, and its accuracy on the test split"
    return Plan(STAGE, 0, (job,), held(job.parameters), reason, best_so_far(trials, study, task))


def judge(study: StudyDefinition, task: Task, plan: Plan, finished: Sequence[FinishedTrial]) -> Verdict:  # noqa: ARG001
    """Reports the test score, and whether the training came out as it did during the search."""
    before = plan.best_before
    if before is None or not finished:
        return Verdict(STAGE, Outcome.SKIPPED, plan.reason)
    result = finished[0].result
    measured = known(
        {
            "stage": before.stage.value,
            "trial": before.number,
            "value": result.value,
            "same_as_recorded": result.value == before.value,
            "test_loss": result.test_loss,
            "test_accuracy": result.test_accuracy,
        }
    )
    expected = {"value": before.value}
    if result.failure is not None:
        finding = Finding(
            "retraining-failed",
            Severity.ERROR,
            f"trial {before.number} of {before.stage} failed when it was trained once more: {result.reason}",
            {"failure": result.failure.value, "reason": result.reason},
            "Run the same command again; if it fails again, the training depends on more than its seeds.",
        )
        return Verdict(STAGE, Outcome.FAIL, finding.message, 0, measured, expected, (finding,))
    findings = [found for found in (_differs(before.value, result.value), _optimistic(task, finished[0])) if found]
    score = (
        f"{result.test_accuracy:.2%} accuracy" if result.test_accuracy is not None else f"loss {result.test_loss:.4g}"
    )
    summary = f"{score} on the test split for trial {before.number} of {before.stage}"
    return Verdict(STAGE, Outcome.PASS, summary, 0, measured, expected, tuple(findings), best_trial=0)


def _differs(recorded: float, value: float | None) -> Finding | None:
    if value == recorded:
        return None
    return Finding(
        "retraining-differs",
        Severity.WARNING,
        f"trained once more, the same trial reached {value:.6g} instead of {recorded:.6g}",
        {"recorded": recorded, "retrained": value},
        "On a GPU, with other versions of the libraries, or without the company with which the trial trained as one "
        "network, sums are rounded in another order; on the same CPU, and trained alone, look for randomness that no "
        "seed governs.",
    )


def _optimistic(task: Task, trial: FinishedTrial) -> Finding | None:
    """The best of many on validation looks better than it is; said if the test shows it beyond the noise."""
    result = trial.result
    epoch = next((epoch for epoch in result.epochs if epoch.epoch == result.best_epoch), None)
    if epoch is None or epoch.val_accuracy is None or result.test_accuracy is None or task.test_samples == 0:
        return None
    error = math.hypot(
        *(
            math.sqrt(share * (1 - share) / samples)
            for share, samples in (
                (epoch.val_accuracy, task.validation_samples),
                (result.test_accuracy, task.test_samples),
            )
        )
    )
    gap = epoch.val_accuracy - result.test_accuracy
    if gap <= STANDARD_ERRORS * error:
        return None
    return Finding(
        "validation-optimistic",
        Severity.WARNING,
        f"the test accuracy is {gap:.1%} below the validation accuracy, more than chance explains",
        {"val_accuracy": epoch.val_accuracy, "test_accuracy": result.test_accuracy, "standard_error": error},
        "The search has fitted the validation split: hold out more samples, or search fewer trials.",
        CAWLEY,
    )
