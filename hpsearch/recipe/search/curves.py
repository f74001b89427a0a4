"""What the curves of a search's trials say of the stage: which findings its verdict has.

Bad learning rates at the edge of a random search diverge or crawl, and trainings of a few epochs end too early: both
are meant. So only the best trials of a round speak for it, and only by the rules below; what the trials have that are
meant to be poor is told with each of them (docs/decisions/0113-which-findings-a-search-tells.md).
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from hpsearch.diagnosis.diagnose import all_but
from hpsearch.diagnosis.stage import diagnose_stage
from hpsearch.finding import Finding
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

SURE = frozenset(
    {
        *("HC104", "HC109", "HC110", "HC201", "HC204", "HC206"),
        *("HC315", "HC316", "HC317", "HC321", "HC331", "HC332", "HC341"),
    }
)
"""By the only looks at the three parts of the catalogue (docs/diagnosis.md) told at least three times of faults, of no
sound training of the later two, and wrong at most once in fifteen; HC109 and HC110 were wrong once each, for reasons
that have gone, and tell what nothing else does."""
LATE = frozenset({"HC204"})
"""No news of a coarse search: that trainings so short have not come far."""
FIRST = "HC105"
"""Where the next round lowers the rate because of it, nothing is called too small before."""
TOLD: MappingProxyType[StageName, frozenset[str]] = MappingProxyType(
    {
        StageName.COARSE: SURE - LATE,
        StageName.FINE: SURE | {"HC203", "HC313"},
    }
)
"""The rules that are told in a verdict, as far as they are news in that stage: a coarse search that overfits, crawls or
ends too early is what fine searches are for. HC203 was true 18 times of 19 in the later two parts. A finding that
changes the next round is told in any case, with the change."""


def common_findings(study: StudyDefinition, task: Task, trials: Sequence[FinishedTrial]) -> dict[str, Finding]:
    """What most of the best trials of a round have in common, by code, whether it is told or not: what leads to a
    change has no other reason that any rule finds."""
    return {finding.code: finding for finding in diagnose_stage(trials, study, task)}


def told(
    stage: StageName,
    study: StudyDefinition,
    task: Task,
    trials: Sequence[FinishedTrial],
    leading: AbstractSet[str] = frozenset(),
) -> tuple[Finding, ...]:
    """The findings of a round that its verdict has; ``leading``: the codes that have led to a change.

    No rule that is not told here makes one silent that is: the reader would have neither.
    """
    early = LATE if FIRST in leading else frozenset()
    return diagnose_stage(trials, study, task, all_but((TOLD[stage] - early) | leading))
