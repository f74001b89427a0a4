"""What the curves of a search's trials say of the stage: which findings its verdict has.

Bad learning rates at the edge of a random search diverge or crawl, and trainings of a few epochs end too early: both
are meant. So only the best trials of a round speak for it, and only by the rules below; what the trials have that are
meant to be poor is told with each of them (docs/decisions/0113-which-findings-a-search-tells.md).
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

from hpsearch.diagnosis.stage import diagnose_stage
from hpsearch.finding import Finding, Severity
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

SURE = frozenset({"HC104", "HC109", "HC110", "HC206", "HC301", "HC315", "HC316", "HC317", "HC321", "HC332"})
"""Found at least three times on the held-out part, never on a sound training, and never wrong, or once in twenty. They
were chosen by what came of that part, so that how precise they are was not measured on trainings that are new to the
choice. HC110 came later: none of the 188 sound trainings of the catalogue has it, nor any of 76 others."""
NOTED = frozenset({"HC203"})
"""Told as information whatever they are of a single trial: of what HC203 told on the held-out part half was right, and
9 of 69 sound trainings had it."""
TOLD: MappingProxyType[StageName, frozenset[str]] = MappingProxyType(
    {
        StageName.COARSE: SURE,
        StageName.FINE: SURE | NOTED | {"HC313"},
    }
)
"""The rules that were precise enough on the held-out part of the catalogue (docs/diagnosis.md), and those that are
noted, as far as they are news in that stage: a coarse search that overfits, crawls or ends too early is what fine
searches are for. A finding that changes the next round is told in any case, with the change."""


def common_findings(study: StudyDefinition, task: Task, trials: Sequence[FinishedTrial]) -> dict[str, Finding]:
    """What most of the best trials of a round have in common, by code, whether it is told or not."""
    return {finding.code: finding for finding in diagnose_stage(trials, study, task)}


def told(stage: StageName, found: dict[str, Finding], leading: AbstractSet[str] = frozenset()) -> tuple[Finding, ...]:
    """The findings of a round that its verdict has; ``leading``: the codes that have led to a change."""
    return tuple(
        replace(finding, severity=Severity.INFO) if code in NOTED else finding
        for code, finding in found.items()
        if code in TOLD[stage] or code in leading
    )
