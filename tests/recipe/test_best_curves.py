"""What the best trial's own curves say is told once the search is over."""

from dataclasses import replace

from hpsearch.recipe.plan import Plan
from hpsearch.recipe.search.curves import told
from hpsearch.stage import StageName
from hpsearch.trial import FinishedTrial
from hpsearch.verdict import Verdict
from tests.diagnosis.curve_cases import SOUND, STUDY
from tests.diagnosis.curve_cases import TASK as CURVES
from tests.recipe.recipe_cases import TASK, codes, judged, planned, study
from tests.recipe.steering_cases import UNDERFITTING, looks

WANTED = study(recipe={"coarse": {"trials": 8}, "fine": {"trials": 4, "epochs": 20, "rounds": 2}})


def rounds(first_best: bool) -> tuple[Verdict, Verdict]:
    """Two rounds of sound trials but for one that underfits: the very best, or the worst."""
    plan = planned(StageName.FINE, WANTED, TASK, [])
    finished = marked(plan, 0 if first_best else 3)
    verdict = judged(WANTED, plan, finished)
    second = planned(StageName.FINE, WANTED, TASK, [verdict], finished)
    return verdict, judged(WANTED, second, [*finished, *(looks(job, SOUND, 0.95) for job in second.jobs)])


def marked(plan: Plan, number: int) -> list[FinishedTrial]:
    return [looks(job, UNDERFITTING if job.number == number else SOUND, 0.96) for job in plan.jobs]


def test_the_best_trial_speaks_for_itself_when_the_search_is_over() -> None:
    first, last = rounds(first_best=True)
    assert first.again
    assert "HC204" not in codes(first)
    found = next(one for one in last.findings if one.code == "HC204")
    assert found.message.startswith("underfitting in the best trial (0): the training error is ")
    assert found.evidence["trials"] == [0]
    assert found.advice


def test_another_trial_does_not() -> None:
    assert not any("HC204" in codes(verdict) for verdict in rounds(first_best=False))


def test_that_short_trainings_have_not_come_far_is_no_news_of_a_coarse_search() -> None:
    trial = UNDERFITTING.trial
    finished = FinishedTrial(trial.job, replace(trial.result, value=0.5))
    assert [one.code for one in told(StageName.COARSE, STUDY, CURVES, [finished])] == []
    assert [one.code for one in told(StageName.COARSE, STUDY, CURVES, [finished], {"HC204"})] == ["HC204"]
    assert [one.code for one in told(StageName.FINE, STUDY, CURVES, [finished])] == ["HC204"]
