"""What looks like a network that is too small, and may be labels that are wrong, changes no search."""

from dataclasses import replace

from hpsearch.finding import Severity
from hpsearch.search_job import search_job
from hpsearch.stage import StageName
from tests.diagnosis.curve_cases import Drawn, constant, falling
from tests.recipe.recipe_cases import TASK, codes, judged, planned, study

TWO = replace(TASK, outputs=2, train_samples=4000, validation_samples=400, validation_class_counts=(200, 200))
WIDTH = "network.width"


def test_answers_that_are_unsure_alike_widen_no_network() -> None:
    wanted = study(
        recipe={"coarse": {"trials": 8, "epochs": 12}, "fine": {"epochs": 12, "rounds": 3, "trials": 8, "steer": True}},
        network={"name": "convnet", "width": {"choice": [8, 16, 32]}},
    )
    plan = planned(StageName.FINE, wanted, TWO, [])
    jobs = tuple(search_job(wanted, StageName.FINE, j.number, {**j.parameters, WIDTH: 16}) for j in plan.jobs)
    for loss, severity in ((0.325, Severity.INFO), (0.22, Severity.WARNING)):
        level = constant(loss)
        drawn = Drawn(falling(0.6, loss, 30), level, error=constant(0.1), validation_error=constant(0.1))
        found = drawn.trial.result
        trials = [
            replace(drawn.trial, job=job, result=replace(found, number=job.number, value=0.9 - job.number / 1000))
            for job in jobs
        ]
        verdict = judged(wanted, replace(plan, jobs=jobs), trials, TWO)
        assert [one.severity for one in verdict.findings if one.code == "HC204"] == [severity]
        assert ("width-raised" in codes(verdict)) is (severity is Severity.WARNING)
