"""What the curves of a search's best trial say: it is what the study ends with, whatever the others have in common.

Told when the search is over, or has failed (docs/decisions/0149-the-best-trial-speaks-for-itself.md).
"""

from collections.abc import Collection

from hpsearch.diagnosis.diagnose import TRIAL_RULES, all_but, diagnose
from hpsearch.finding import Finding, Severity
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial

CLEAR = frozenset(
    {
        *("HC102", "HC103", "HC104"),
        *("HC111", "HC201", "HC203", "HC204", "HC206", "HC207", "HC208", "HC209"),
        *("HC305", "HC315", "HC316", "HC317", "HC321", "HC322", "HC331", "HC332", "HC333", "HC341", "HC342", "HC343"),
        *("HC351", "HC353"),
    }
)
"""By the only looks at the second and third part of the catalogue (docs/diagnosis.md) true of nine single trainings in
ten or more and told of no sound one, or not told there at all. Not among them: what a restless rate brings (HC105,
HC107, HC108), and whether there are epochs enough (HC202), which advice of its own tells."""


def found_in_best(
    study: StudyDefinition, task: Task, best: FinishedTrial, known: Collection[str]
) -> tuple[Finding, ...]:
    """Its warnings and errors by clear rules, but for ``known`` codes; other rules silence none of them."""
    number = best.job.number
    return tuple(
        Finding(
            one.code,
            one.severity,
            f"{TRIAL_RULES[one.code].name.replace('-', ' ')} in the best trial ({number}): {one.message}",
            {"trials": [number], "example": {"trial": number, **one.evidence}},
            one.advice,
            one.source,
        )
        for one in diagnose(best, study, task, all_but(CLEAR))
        if one.code not in known and one.severity is not Severity.INFO
    )
