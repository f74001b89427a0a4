"""Settings that are so extreme that they explain a poor training."""

import math
from dataclasses import replace

import pytest

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.extreme_settings import extreme_setting
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import SOUND, STUDY, TASK, Drawn, falling, straight

POOR = Drawn(falling(2.4, 1.3), validation_error=lambda _: 0.45)
STEEP = Look(0, (LayerLook("conv", "Conv2d", 0, 1, 1, 0, 0, 0, gradient_norm=3.0),))


def named(drawn: Drawn, look: Look | None = None) -> str:
    """What is said of a training."""
    trial = drawn.trial
    looked = replace(trial.result, looks=(look,)) if look else trial.result
    remark = extreme_setting(Curve(FinishedTrial(trial.job, looked), TASK))
    return remark.sentence if remark else ""


@pytest.mark.parametrize(
    ("extreme", "usual", "said"),
    [
        ({"warmup": 0.8}, {"warmup": 0.3}, "the learning rate was still rising in 80% of the training"),
        ({"momentum": 0.999}, {"momentum": 0.99}, "goes by the last 1000 iterations, of 240 in all"),
        ({"max_norm": 0.01}, {"max_norm": 2.0}, "optimizer.max_norm is 0.01"),
        ({"clip_norm": 0.02}, {"clip_norm": 1.0}, "gradients with a norm of 3 were cut to 0.007 of it"),
        ({"clip_norm": 0.02}, {"clip_norm": 0.02, "name": "adam"}, "optimizer.clip_norm is 0.02"),
        ({"momentum": 0.999}, {"momentum": 0.999, "name": "adagrad"}, "optimizer.momentum is 0.999"),
    ],
)
def test_a_setting_is_named_where_it_is_extreme_and_training_poor(
    extreme: dict[str, object], usual: dict[str, object], said: str
) -> None:
    assert said in named(replace(POOR, optimizer=tuple(extreme.items())), STEEP)
    assert not named(replace(POOR, optimizer=tuple(usual.items())), STEEP)
    assert not named(replace(SOUND, optimizer=tuple(extreme.items())), STEEP)


def test_swings_are_of_a_momentum_that_remembers_a_quarter_of_the_training() -> None:
    def swinging(share: float) -> float:
        return 1.2 - 0.6 * math.cos(4 * math.tau * share)

    poor = Drawn(swinging, validation_error=lambda _: 0.45)
    assert "goes by the last 100 iterations" in named(replace(poor, optimizer=(("momentum", 0.99),)))
    assert not named(replace(poor, optimizer=(("momentum", 0.95),)))
    told = {one.code for one in diagnose(replace(poor, optimizer=(("momentum", 0.99),)).trial, STUDY, TASK)}
    assert "HC209" in told
    assert "HC107" not in told


@pytest.mark.parametrize("momentum", [0.95, 0.999])
def test_momentum_explains_no_loss_that_stands_still(momentum: float) -> None:
    still = Drawn(straight(2.3, 2.3), validation_error=lambda _: 0.9, optimizer=(("momentum", momentum),))
    found = {one.code: one.severity for one in diagnose(still.trial, STUDY, TASK)}
    assert found.get("HC201") is Severity.ERROR
    assert found.get("HC209") in (None, Severity.WARNING)


def test_one_update_an_epoch_is_few() -> None:
    trial = replace(POOR, batch_size=640).trial
    once = replace(trial.result, step_losses=tuple(epoch.train_loss for epoch in trial.result.epochs))
    remark = extreme_setting(Curve(FinishedTrial(trial.job, once), TASK))
    assert remark is not None
    assert "an epoch of 640 samples is one update, and 12 were made" in remark.sentence
    assert extreme_setting(Curve(FinishedTrial(trial.job, once), replace(TASK, train_samples=90))) is None
    often = replace(POOR, batch_size=640, epochs=200).trial
    once = replace(often.result, step_losses=tuple(epoch.train_loss for epoch in often.result.epochs))
    assert extreme_setting(Curve(FinishedTrial(often.job, once), TASK)) is None, "200 updates are enough"


def test_labels_of_which_most_says_nothing() -> None:
    assert "loss.label_smoothing is 0.6" in named(replace(POOR, smoothing=0.6))
    assert not named(replace(POOR, smoothing=0.4))
    numbers = replace(TASK, loss="l2")
    assert extreme_setting(Curve(replace(POOR, smoothing=0.6).trial, numbers)) is None, "no labels"


def test_regularisation_that_is_switched_off_explains_nothing() -> None:
    trial = replace(POOR, optimizer=(("max_norm", 0.01),)).trial
    assert extreme_setting(Curve(trial, TASK)) is not None
    assert extreme_setting(Curve(replace(trial, job=replace(trial.job, regularised=False)), TASK)) is None


def test_what_a_setting_explains_is_not_told_beside() -> None:
    slow = Drawn(straight(2.3, 1.6))
    assert [one.code for one in diagnose(slow.trial, STUDY, TASK)] == ["HC103"]
    warming = replace(slow, optimizer=(("warmup", 0.9),))
    assert [one.code for one in diagnose(warming.trial, STUDY, TASK)] == ["HC209"]
