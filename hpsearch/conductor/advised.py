"""What is unwise about how a study is to be trained: known before anything is, and told with its first stage.

Why there: docs/decisions/0148-advice-is-kept-with-the-first-stage.md.
"""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.advice.planned import advise_training
from hpsearch.advice.training import Training
from hpsearch.finding import Finding, Severity
from hpsearch.rule import chosen
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.verdict import Verdict


def advised(definition: StudyDefinition, task: Task) -> tuple[Finding, ...]:
    """Its warnings, of the rules that the definition chooses; remarks are for ``hpsearch advise``."""
    advice = definition.advice
    found = advise_training(Training(definition, task), chosen(advice.select, advice.ignore))
    return tuple(finding for finding in found if finding.severity is not Severity.INFO)


def with_advice(verdict: Verdict, advice: Sequence[Finding]) -> Verdict:
    """The verdict of the first stage with the advice behind what the stage has found itself."""
    return replace(verdict, findings=(*verdict.findings, *advice))
