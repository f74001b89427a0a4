"""After the search: the best trial is trained once more, exactly as it was, and the test split is read once."""

import math
from collections.abc import Sequence
from dataclasses import replace

from hpsearch.finding import Finding, Severity
from hpsearch.recipe.plan import Plan, held
from hpsearch.recipe.search.best import best_so_far, best_trial
from hpsearch.recipe.sources import CAWLEY
from hpsearch.recipe.step import Draw
from hpsearch.recipe.wording import known
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict

STAGE = StageName.TEST
APART = 2.0
"""Standard errors of the difference of two accuracies; less may be chance."""


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
    odd = (_differs(before.value, result.value), _optimistic(task, finished[0], before.epochs))
    findings = [found for found in odd if found]
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


def _optimistic(task: Task, trial: FinishedTrial, epochs: int) -> Finding | None:
    """A test accuracy that is lower than that of validation by more than chance.

    The best of many epochs is above its own mean. Of n independent ones with a standard error s it is so by at most
    s · sqrt(2 ln n) on average, and of epochs, which are alike, by less: what goes beyond that and chance is not
    explained by the choice.
    """
    result = trial.result
    epoch = next((epoch for epoch in result.epochs if epoch.epoch == result.best_epoch), None)
    if epoch is None or epoch.val_accuracy is None or result.test_accuracy is None or task.test_samples == 0:
        return None
    gap = epoch.val_accuracy - result.test_accuracy
    total = task.validation_samples + task.test_samples
    both = (epoch.val_accuracy * task.validation_samples + result.test_accuracy * task.test_samples) / total
    spread = math.sqrt(both * (1 - both))  # of one sample
    error = spread * math.hypot(task.validation_samples**-0.5, task.test_samples**-0.5)
    if gap <= APART * error:
        return None
    chosen = spread * task.validation_samples**-0.5 * math.sqrt(2 * math.log(max(epochs, 2)))
    by_choice = gap <= chosen + APART * error
    lower = (
        f"the test accuracy is {100 * gap:.1f} points lower, where chance makes {100 * error:.1f} (one standard error)"
    )
    why = (
        f"validation flatters what was chosen by it, the best of {epochs:,} epochs"
        if by_choice
        else f"that is more than choosing the best of {epochs:,} epochs explains"
    )
    return Finding(
        "validation-optimistic",
        Severity.INFO if by_choice else Severity.WARNING,
        f"{lower}: {why}",
        {
            "val_accuracy": epoch.val_accuracy,
            "test_accuracy": result.test_accuracy,
            "standard_error": error,
            "epochs": epochs,
        },
        "Hold out more samples, or search fewer trials." if by_choice else "Look whether the splits are alike.",
        CAWLEY,
    )
