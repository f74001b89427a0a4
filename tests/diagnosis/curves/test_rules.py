"""Every rule on curves finds what it is for, lets near misses pass, and is silent on a sound training."""

import json
from dataclasses import replace
from graphlib import TopologicalSorter

import pytest

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.overfitting import training_held_back
from hpsearch.diagnosis.curves.rule import CurveRule
from hpsearch.diagnosis.curves.table import CURVE_RULES
from hpsearch.diagnosis.diagnose import TRIAL_RULES, diagnose, explaining
from hpsearch.job import Budget
from hpsearch.look import Look
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial, TrialState
from tests.diagnosis.curve_cases import (
    BY_HEART,
    EPOCHS,
    GUESS,
    NOISY,
    SAWTOOTH,
    SOUND,
    STUDY,
    TASK,
    Drawn,
    constant,
    falling,
    straight,
    then,
)
from tests.diagnosis.curves.fit_cases import FIT_CASES
from tests.diagnosis.curves.rule_cases import RATE_CASES, Case

CASES = (*RATE_CASES, *FIT_CASES)
IDS = [f"{case.code}-{number}" for number, case in enumerate(CASES)]


def codes(drawn: Drawn, task: Task = TASK) -> set[str]:
    return {finding.code for finding in diagnose(drawn.trial, STUDY, task)}


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule_finds_its_curve(case: Case) -> None:
    (finding,) = (one for one in diagnose(case.bad.trial, STUDY, TASK, state=False) if one.code == case.code)
    assert finding.severity is case.severity
    assert case.said in finding.message
    assert finding.evidence
    assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) == finding.evidence
    assert finding.advice
    assert finding.source


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_near_miss_is_none(case: Case) -> None:
    assert case.code not in {one.code for one in diagnose(case.near.trial, STUDY, TASK, state=False)}


def test_every_rule_has_a_case() -> None:
    assert {case.code for case in CASES} == set(CURVE_RULES)


def test_a_sound_training_is_sound() -> None:
    assert codes(SOUND) == set()


def test_the_reason_is_told_and_not_what_follows_from_it() -> None:
    assert codes(BY_HEART) == {"HC206"}
    assert codes(Drawn(straight(2.302, 2.29), noise=1e-4)) == {"HC103"}
    assert codes(SAWTOOTH) == {"HC110"}
    for code, rule in CURVE_RULES.items():
        assert rule.explained_by <= set(CURVE_RULES) - {code}


def test_no_rules_silence_each_other_in_a_ring() -> None:
    order = TopologicalSorter({code: explaining(code) for code in TRIAL_RULES}).static_order()
    assert set(order) == set(TRIAL_RULES)


def test_an_unfinished_or_short_training_is_not_judged_by_its_end() -> None:
    trial = Drawn(straight(2.3, 1.6)).trial
    stopped = replace(trial.result, state=TrialState.PRUNED, value=None, reason="others promised more")
    assert diagnose(FinishedTrial(trial.job, stopped), STUDY, TASK) == ()
    assert diagnose(Drawn(straight(2.3, 1.6), epochs=2).trial, STUDY, TASK, state=False) == ()
    in_steps = replace(trial.job, budget=Budget(steps=240))
    assert diagnose(FinishedTrial(in_steps, trial.result), STUDY, TASK) == ()


def test_regression_is_held_against_its_own_guess() -> None:
    task = Task("l2", (1, 8, 8), 1, 640, 400, 0, (), 1.1)
    assert "HC201" in codes(Drawn(constant(1.1)), task)
    assert "HC204" in codes(Drawn(falling(1.2, 0.5)), task)
    assert "HC206" in codes(Drawn(falling(1.2, 0.1), constant(1.2)), task)


def test_the_guess_of_uneven_classes_is_their_entropy() -> None:
    even, uneven = (
        Curve(SOUND.trial, replace(TASK, validation_class_counts=counts)) for counts in ((40,) * 10, (391,) + (1,) * 9)
    )
    assert even.guess == pytest.approx(GUESS, abs=1e-5)
    assert uneven.guess < 0.2


def test_a_guess_that_validation_cannot_give_is_not_zero() -> None:
    one_class = replace(TASK, validation_class_counts=(400,) + (0,) * 9)
    assert Curve(SOUND.trial, one_class).guess == TASK.initial_loss
    assert "HC201" not in codes(Drawn(straight(2.3, 1.6)), one_class)
    assert "HC201" in codes(Drawn(constant(2.31)), one_class)
    one_target = Task("l2", (1, 8, 8), 1, 640, 400, 0, (), 0.0)
    assert Curve(SOUND.trial, one_target).guess == 1
    assert "HC201" not in codes(Drawn(falling(1.2, 0.1)), one_target)


def test_the_loss_after_a_rise_is_that_after_it() -> None:
    blown_up = Drawn(then(falling(2.4, 0.05, 12), 0.8, constant(9.0)))
    (told,) = (one for one in diagnose(blown_up.trial, STUDY, TASK) if one.code == "HC102")
    assert "did not get below 9." in told.message


def test_batches_that_are_most_of_the_data_are_not_too_small() -> None:
    drawn = replace(NOISY, batch_size=8)
    assert "HC108" in codes(drawn, replace(TASK, train_samples=160))
    assert "HC108" not in codes(drawn, replace(TASK, train_samples=20))


def test_few_samples_prove_little() -> None:
    few_trained, few_held = (
        replace(TASK, train_samples=50),
        replace(TASK, validation_samples=5, validation_class_counts=(1,) * 5),
    )
    assert codes(BY_HEART) == {"HC206"}
    assert "HC206" not in codes(BY_HEART, few_trained)
    assert "HC206" not in codes(BY_HEART, few_held)
    apart = replace(SOUND, validation_error=constant(0.3))
    assert codes(apart) == {"HC203"}
    assert codes(apart, few_held) == set()


def test_training_is_held_back_by_what_evaluation_takes_away() -> None:
    drawn = Drawn(falling(2.4, 1.0), falling(2.4, 0.5), constant(0.4), constant(0.16))
    for evaluated, told in ((0.5, True), (1.0, False)):
        looked = replace(drawn.trial.result, looks=(Look(0, (), evaluated_loss=evaluated),))
        assert (training_held_back(Curve(replace(drawn.trial, result=looked), TASK)) is not None) is told


def test_what_is_well_depends_on_what_guessing_errs() -> None:
    ninth = Curve(replace(SOUND, validation_error=constant(0.09)).trial, TASK)
    assert ninth.ended_well
    assert not Curve(ninth.trial, replace(TASK, validation_class_counts=(364,) + (4,) * 9)).ended_well


def test_label_smoothing_lifts_the_floor() -> None:
    smoothed = Curve(replace(SOUND, smoothing=0.1).trial, TASK)
    assert smoothed.floor == pytest.approx(0.5003, abs=1e-3)
    assert Curve(SOUND.trial, TASK).floor == 0


def test_one_epoch_of_noise_more_or_less_changes_nothing() -> None:
    for noise in (0.01, 0.05, 0.1, 0.2):
        assert codes(replace(SOUND, noise=noise)) == set()
        assert codes(Drawn(straight(2.3, 1.6), noise=noise)) == {"HC103"}


@pytest.mark.parametrize("rule", CURVE_RULES.values(), ids=CURVE_RULES)
def test_a_rule_says_why(rule: CurveRule) -> None:
    assert rule.title.endswith(".")
    assert len(rule.text) - len(rule.title) > 60


def test_epochs_are_read_as_the_trainer_writes_them() -> None:
    curve = Curve(SOUND.trial, TASK)
    assert (curve.per_epoch, curve.total, len(curve.epochs)) == (20, 240, EPOCHS)
