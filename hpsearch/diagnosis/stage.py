"""From the finished trials of a stage to findings: what the curves of the best have in common."""

from collections.abc import Collection, Sequence

from hpsearch.diagnosis.diagnose import TRIAL_RULES, diagnose
from hpsearch.finding import SEVEREST_FIRST, Finding, severest_first
from hpsearch.study import StudyDefinition, objective_for
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, ranked

LOOKED_AT = 0.25
"""Share of the trials that were compared: the best of them say what the next round should be (heuristic) …"""
FEWEST = 3
"""… and at least so many."""
COMMON = 0.5
"""Share of those that must have a finding for it to be one of the stage (heuristic): more than this."""
MOST_LOOKED_AT = 40
"""No more trials are looked at, so that a stage of any size is read in a moment."""
TRIALS_NAMED = 8


def diagnose_stage(
    finished: Sequence[FinishedTrial], study: StudyDefinition, task: Task, without: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What most of the best trials of a stage have in common; errors first, then by code.

    The best quarter is looked at, at least three: those are the trainings that the next round starts from, and most
    others are meant to be poor. A finding has the code of the rule on single trials; its evidence has the share and the
    trials. Codes in ``without`` are not told, and nothing is silent because of them. Of trials that ended badly for no
    reason that a rule has, the mere state is not told: no search should follow evidence that is no stronger.
    """
    compared = ranked(finished, objective_for(study.objective, task))
    best = compared[: min(MOST_LOOKED_AT, max(FEWEST, round(LOOKED_AT * len(compared))))]
    found: dict[str, list[tuple[int, Finding]]] = {}
    for trial in best:
        for finding in diagnose(trial, study, task, without, state=False):
            found.setdefault(finding.code, []).append((trial.job.number, finding))
    common = [_of_stage(members, len(best)) for members in found.values() if len(members) > COMMON * len(best)]
    return severest_first(common)


def _of_stage(members: Sequence[tuple[int, Finding]], count: int) -> Finding:
    number, example = members[0]
    rule = TRIAL_RULES[example.code]
    severities = {finding.severity for _, finding in members}
    severity = next(severity for severity in reversed(SEVEREST_FIRST) if severity in severities)
    if count == 1:
        return example
    which = f"all {count} best trials" if len(members) == count else f"{len(members)} of the {count} best trials"
    return Finding(
        example.code,
        severity,
        f"{rule.name.replace('-', ' ')} in {which}; in trial {number} {example.message}",
        {
            "share": len(members) / count,
            "looked_at": count,
            "trials": [one for one, _ in members[:TRIALS_NAMED]],
            "example": {"trial": number, **example.evidence},
        },
        example.advice,
        rule.source,
    )
