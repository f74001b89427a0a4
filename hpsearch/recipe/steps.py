"""The table of the recipe's steps, and what holds for all of them: skipping and overriding."""

from types import MappingProxyType

from hpsearch.recipe import retraining
from hpsearch.recipe.ends import concluded, told_to_skip
from hpsearch.recipe.initial_loss import stage as initial_loss
from hpsearch.recipe.lr_sweep import stage as lr_sweep
from hpsearch.recipe.overfit import stage as overfit
from hpsearch.recipe.search import coarse, fine
from hpsearch.recipe.step import Step
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.verdict import Outcome, Verdict

__all__ = ["RECIPE_STEPS", "concluded", "skipped"]

RECIPE_STEPS: MappingProxyType[StageName, Step] = MappingProxyType(
    {
        StageName.INITIAL_LOSS: initial_loss,
        StageName.OVERFIT: overfit,
        StageName.LR_SWEEP: lr_sweep,
        StageName.COARSE: coarse,
        StageName.FINE: fine,
        StageName.TEST: retraining,
    }
)
"""Every stage's two functions, in the order of the recipe."""


def skipped(study: StudyDefinition, task: Task, stage: StageName) -> Verdict | None:
    """The verdict of a stage that is left out; None if it runs."""
    reason = _test_skipped(study, task) if stage is StageName.TEST else told_to_skip(study, stage)
    return None if reason is None else Verdict(stage, Outcome.SKIPPED, reason)


def _test_skipped(study: StudyDefinition, task: Task) -> str | None:
    if task.test_samples == 0:
        return "nothing is held out for a test"
    if study.recipe.coarse.skip and study.recipe.fine.skip:
        return "no trials are compared, so there is no best one to test"
    return None
