"""What is unwise about how a study is to be trained, and wrong with its network: known before anything is trained, and
told with the first stage.

Why there: docs/decisions/0148-advice-is-kept-with-the-first-stage.md.
"""

from collections.abc import Sequence
from dataclasses import replace

from hpsearch.advice.planned import advise_training
from hpsearch.advice.training import Training
from hpsearch.conductor.loaded import Loaded
from hpsearch.finding import Finding, Severity
from hpsearch.rule import chosen
from hpsearch.study import StudyDefinition
from hpsearch.verdict import Verdict


def advised(definition: StudyDefinition, loaded: Loaded) -> tuple[Finding, ...]:
    """The warnings of the rules that the definition chooses; remarks are for ``hpsearch advise``.

    What the forward pass does wrong comes first. It stops no study, and so is a warning here.
    """
    advice = definition.advice
    found = advise_training(Training(definition, loaded.task), chosen(advice.select, advice.ignore))
    wrong = (replace(finding, severity=Severity.WARNING) for finding in loaded.behaviour)
    return (*wrong, *(finding for finding in found if finding.severity is not Severity.INFO))


def with_advice(verdict: Verdict, advice: Sequence[Finding]) -> Verdict:
    """The verdict of the first stage with the advice behind what the stage has found itself."""
    return replace(verdict, findings=(*verdict.findings, *advice))
