"""Whether the test split agrees with validation, by which the best trial was chosen."""

import math

from hpsearch.report.documents import BestDocument, ReportDocument, TaskDocument

APART = 2.0
"""Standard errors of the difference of two shares; less may be chance."""


def flattered(report: ReportDocument) -> str:
    """A sentence where the test accuracy is lower by more than chance; empty else, and where it is not known.

    The best of many looks is above its own mean. Of n independent ones with a standard error s it is so by at most
    s · sqrt(2 ln n) on average, and of looks that are alike, as epochs are, by less: what goes beyond that and chance
    is not explained by the choice.
    """
    best, task = report.best, report.study.task
    if best is None or task is None or best.val_accuracy is None or best.test_accuracy is None:
        return ""
    gap = best.val_accuracy - best.test_accuracy
    error = _error(best, task, 1 / task.validation_samples + 1 / task.test_samples)
    if gap <= APART * error:
        return ""
    chance = f"where chance makes {_points(error)} (one standard error)"
    lower = f" On the test split it is {_points(gap)} points lower, {chance}: "
    looks = max(_looks(report, best), 2)
    chosen = math.sqrt(2 * math.log(looks)) * _error(best, task, 1 / task.validation_samples)
    if gap <= chosen + APART * error:
        return f"{lower}validation flatters what was chosen by it, the best of {looks:,} epochs."
    return (
        f"{lower}that is more than choosing the best of {looks:,} epochs explains. Look whether the splits are alike."
    )


def _error(best: BestDocument, task: TaskDocument, samples: float) -> float:
    """Of a share that both splits have together; ``samples``: one over their numbers, added up."""
    total = task.validation_samples + task.test_samples
    right = (best.val_accuracy or 0.0) * task.validation_samples + (best.test_accuracy or 0.0) * task.test_samples
    return math.sqrt(right / total * (1 - right / total) * samples)


def _looks(report: ReportDocument, best: BestDocument) -> int:
    """Epochs of the search that the best trial is from: in each of them validation was looked at."""
    counts = (stage.measured.get("looks") for stage in report.stages if stage.name == best.stage)
    return sum(count for count in counts if isinstance(count, int))


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
