"""A search of two stages with scripted results."""

import json
from collections.abc import Sequence
from typing import Any

from hpsearch.recipe.plan import Plan
from hpsearch.space import LogUniform
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Outcome, Verdict
from tests.recipe.recipe_cases import TASK, judged, planned, scored, study

COARSE, FINE, TEST = StageName.COARSE, StageName.FINE, StageName.TEST
RATE, DECAY, WIDTH = "optimizer.learning_rate", "optimizer.weight_decay", "network.width"
SWEPT = Verdict(StageName.LR_SWEEP, Outcome.PASS, "", handed_on={RATE: LogUniform(1e-3, 1e-1)})
SEARCH: dict[str, Any] = {
    "network": {"name": "convnet", "width": {"choice": [8, 16]}},
    "recipe": {"coarse": {"trials": 16, "epochs": 2}, "fine": {"trials": 6, "epochs": 5, "rounds": 3}},
}


def definition(**changes: Any) -> StudyDefinition:
    return study(**{**SEARCH, **changes})


def checked(verdict: Verdict) -> Verdict:
    json.dumps([dict(verdict.measured), *(dict(found.evidence) for found in verdict.findings)], allow_nan=False)
    return verdict


def coarse_of(accuracies: Sequence[float], task: Task = TASK) -> tuple[Plan, list[FinishedTrial], Verdict]:
    """A coarse search whose trials reach these accuracies, the last one repeated."""
    plan = planned(COARSE, definition(), task, [SWEPT])
    last = accuracies[-1]
    finished = [scored(job, accuracies[job.number] if job.number < len(accuracies) else last) for job in plan.jobs]
    return plan, finished, checked(judged(definition(), plan, finished, task))
