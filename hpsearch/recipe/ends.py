"""How the definition decides over a stage before it runs and after it was judged: skipping and overriding."""

from dataclasses import replace

from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Outcome, Verdict


def told_to_skip(study: StudyDefinition, stage: StageName) -> str | None:
    """Why a judged stage is left out; None if it runs."""
    return "the definition leaves this stage out" if study.recipe.of(stage).skip else None


def concluded(study: StudyDefinition, verdict: Verdict) -> Verdict:
    """The verdict that the study goes on with: a failure becomes an overridden one where the user has said so."""
    if verdict.outcome is not Outcome.FAIL or verdict.stage is StageName.TEST:
        return verdict
    if not study.recipe.of(verdict.stage).override:
        return verdict
    return replace(verdict, outcome=Outcome.OVERRIDDEN, summary=f"{verdict.summary} (overridden by the definition)")
