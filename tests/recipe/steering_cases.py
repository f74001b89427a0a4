"""Searches whose trainings have curves that are drawn."""

from dataclasses import replace
from typing import Any

from hpsearch.recipe.plan import Plan
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict
from tests.diagnosis.curve_cases import SOUND, Drawn, constant, falling, stepped, then
from tests.recipe.recipe_cases import TASK, judged, planned, study

COARSE, FINE = StageName.COARSE, StageName.FINE
RATE, DECAY, WIDTH, DROPOUT = "optimizer.learning_rate", "optimizer.weight_decay", "network.width", "network.dropout"
PLATEAU = Drawn(
    then(falling(2.4, 0.4), 0.3, constant(0.4)),
    stepped(0.4, 0.44, 0.38, 0.44, 0.38, 0.44, 0.38, 0.44, 0.4, 0.44, 0.38, 0.44),
    error=constant(0.12),
)
OVERFITTING = replace(SOUND, validation_error=constant(0.2))
RISING = Drawn(falling(2.4, 0.2, 1.8))
UNDERFITTING = Drawn(falling(2.4, 1.2))
CHANGES = {"decay-added", "regularisation-raised", "regularisation-lowered", "epochs-raised", "width-raised"}


def definition(steer: Any = True, sampler: str = "random", **sections: Any) -> StudyDefinition:
    fine = {
        "epochs": 12,
        "rounds": 3,
        "steer": steer,
        "sampler": sampler,
        **({"trials": 8} if sampler != "grid" else {}),
    }
    recipe = {"coarse": {"trials": 8, "epochs": 12}, "fine": fine}
    return study(**{"recipe": recipe, "network": {"name": "convnet", "width": {"choice": [8, 16, 32]}}, **sections})


def fine_round(wanted: StudyDefinition, drawn: Drawn, **values: float) -> tuple[Plan, list[FinishedTrial], Verdict]:
    """A first fine round all of whose trainings look alike; the first of them is the best."""
    plan = planned(FINE, wanted, TASK, [])
    finished = [looks(job, drawn, **values) for job in plan.jobs]
    return plan, finished, judged(wanted, plan, finished)


def looks(job: Any, drawn: Drawn, value: float = 0.9) -> FinishedTrial:
    """A trial with a drawn curve, the better the lower its number."""
    result = replace(drawn, epochs=job.budget.epochs).trial.result
    return FinishedTrial(job, replace(result, stage=job.stage, number=job.number, value=value - job.number / 1000))


def changes(verdict: Verdict) -> dict[str, Any]:
    """What was changed, by path."""
    return {f.evidence["path"]: f.evidence["after"] for f in verdict.findings if "after" in f.evidence}
