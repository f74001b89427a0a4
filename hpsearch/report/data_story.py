"""What a story takes from what was found before the first stage: it is told with that one, and is about no stage."""

from hpsearch.finding import Severity
from hpsearch.report.documents import FindingDocument, ReportDocument, StageDocument
from hpsearch.rule import EVERY, OF_DATA
from hpsearch.stage import StageName
from hpsearch.verdict import Outcome

OF_BEHAVIOUR = "HP4"
"""The beginning of the codes of advice on the forward pass."""
RATES = ("learning-rate-too-", "learning-rates-")
"""Beginnings of the codes by which the checks say that the study's own learning rates are not those that work."""
LABELS = "HD401"
"""The labels seem to have nothing to do with the images."""


def is_of_data(finding: FindingDocument) -> bool:
    """Whether a check of the data has found it."""
    return finding.code.startswith(OF_DATA)


def is_of_definition(finding: FindingDocument) -> bool:
    """Whether the advice before training has it."""
    return finding.code.startswith(EVERY)


def is_of_network(finding: FindingDocument) -> bool:
    """Whether it is on what the network's forward pass does: every stage depends on that."""
    return finding.code.startswith(OF_BEHAVIOUR)


def unwise(report: ReportDocument) -> tuple[FindingDocument, ...]:
    """What the definition does that was known to be unwise before anything was trained."""
    found = [one for stage in report.stages for one in stage.findings if is_of_definition(one)]
    return tuple(one for one in found if one.severity is not Severity.INFO)


def rates_known(report: ReportDocument) -> tuple[FindingDocument, ...]:
    """What the last of the checks that tries learning rates has warned of those that the study has."""
    found = [
        [one for one in stage.findings if one.code.startswith(RATES) and one.severity is Severity.WARNING]
        for stage in report.stages
        if stage.name in (StageName.OVERFIT, StageName.LR_SWEEP)
    ]
    return tuple(next((few for few in reversed(found) if few), ()))


def in_data(report: ReportDocument) -> tuple[FindingDocument, ...]:
    """What is wrong with the data, each code once, in the order in which it is told; no remarks."""
    found = [one for stage in report.stages for one in stage.findings if is_of_data(one)]
    return tuple({one.code: one for one in found if one.severity is not Severity.INFO}.values())


def data_errors(stage: StageDocument) -> tuple[FindingDocument, ...]:
    """The errors in the data that are told with a stage."""
    return tuple(one for one in stage.findings if is_of_data(one) and one.severity is Severity.ERROR)


def is_sound_itself(stage: StageDocument) -> bool:
    """Whether the data alone are why the stage was overridden, and it has run and passed on them."""
    return stage.verdict is Outcome.OVERRIDDEN and bool(stage.measured) and is_of_data_alone(stage)


def is_of_data_alone(stage: StageDocument) -> bool:
    """Whether nothing but errors in the data was overridden at a stage, whether it has run or was left out."""
    return bool(data_errors(stage)) and not any(
        one.severity is Severity.ERROR and not is_of_data(one) for one in stage.findings
    )
