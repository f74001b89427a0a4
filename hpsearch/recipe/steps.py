"""The table of the recipe's steps, and what holds for all of them: skipping and overriding."""

from dataclasses import replace
from types import MappingProxyType

from hpsearch.recipe import coarse, fine, initial_loss, lr_sweep, overfit, test
from hpsearch.recipe.step import Step
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.verdict import Outcome, Verdict

RECIPE_STEPS: MappingProxyType[StageName, Step] = MappingProxyType(
    {
        StageName.INITIAL_LOSS: initial_loss,
        StageName.OVERFIT: overfit,
        StageName.LR_SWEEP: lr_sweep,
        StageName.COARSE: coarse,
        StageName.FINE: fine,
        StageName.TEST: test,
    }
)
"""Every stage's two functions, in the order of the recipe."""


def skipped(study: StudyDefinition, task: Task, stage: StageName) -> Verdict | None:
    """The verdict of a stage that is left out; None if it runs."""
    reason = _test_skipped(study, task) if stage is StageName.TEST else _told_to_skip(study, stage)
    return None if reason is None else Verdict(stage, Outcome.SKIPPED, reason)


def concluded(study: StudyDefinition, verdict: Verdict) -> Verdict:
    """The verdict that the study goes on with: a failure becomes an overridden one where the user has said so."""
    if verdict.outcome is not Outcome.FAIL or verdict.stage is StageName.TEST:
        return verdict
    if not study.recipe.of(verdict.stage).override:
        return verdict
    return replace(verdict, outcome=Outcome.OVERRIDDEN, summary=f"{verdict.summary} (overridden by the definition)")


def _told_to_skip(study: StudyDefinition, stage: StageName) -> str | None:
    return "the definition leaves this stage out" if study.recipe.of(stage).skip else None


def _test_skipped(study: StudyDefinition, task: Task) -> str | None:
    if task.test_samples == 0:
        return "nothing is held out for a test"
    if study.recipe.coarse.skip and study.recipe.fine.skip:
        return "no trials are compared, so there is no best one to test"
    return None
