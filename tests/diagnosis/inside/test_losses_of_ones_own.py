"""What looks at the loss and the answers say of losses that are not plain cross-entropy, sound ones and others."""

from dataclasses import replace
from typing import Any

import pytest

from hpsearch.diagnosis.curves.curve import Curve
from hpsearch.diagnosis.curves.decay import held_by_decay
from hpsearch.diagnosis.curves.fit import underfitting
from hpsearch.diagnosis.curves.held_up import loss_above_its_accuracy
from hpsearch.diagnosis.curves.overfitting import training_held_back
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.inside.gradients import frozen_layers, without_gradient
from hpsearch.diagnosis.inside.losses import other_labels, samples_left_out, scaled_loss
from hpsearch.diagnosis.inside.scales import scale_at_start, weights_decay_away
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.diagnosis.inside.updates import updates_too_small
from hpsearch.finding import Severity
from hpsearch.look import ClassWeight, LayerLook, Look, LossLook, OutputLook
from hpsearch.task import Task
from hpsearch.trial import FinishedTrial
from tests.diagnosis.curve_cases import GUESS, STUDY, TASK, Drawn, constant, falling, straight

LAYER = LayerLook("head", "Linear", 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, weight_norm=4.0, gradient_norm=0.4, update_norm=4e-3)
ANSWERS = OutputLook(32, -3.0, 3.0, 0.0, sums_to_one=False, sample_std=1.0)
PLAIN = LossLook(32, 1.0, 8, 0.0, 0.0, 0.0)
MIXED = replace(PLAIN, scale=None, otherwise=1.0)
WELL = Drawn(falling(GUESS, 0.01), validation_error=constant(0.02))
POOR = Drawn(straight(2.3, 1.9), error=constant(0.7), validation_error=constant(0.7))


def trained(drawn: Drawn, *looks: Look) -> FinishedTrial:
    trial = drawn.trial
    return FinishedTrial(trial.job, replace(trial.result, looks=looks))


def seen(loss: LossLook | None, *, step: int = 0, sure: float | None = None, **more: Any) -> Look:
    return Look(step, (LAYER,), replace(ANSWERS, largest_probability=sure), loss=loss, **more)


@pytest.mark.parametrize(
    ("sure", "plain", "loss", "told"),
    [
        (0.4, 0.9, PLAIN, True),  # outputs of tanh
        (0.99, 0.02, MIXED, True),  # a second soft-max in the loss
        (0.75, 0.3, MIXED, False),  # labels of another network
        (0.99, 0.02, PLAIN, False),  # a few samples that are far off
    ],
)
def test_answers_say_why_a_loss_is_high(sure: float, plain: float, loss: LossLook, told: bool) -> None:
    held = Drawn(constant(1.0), error=constant(0.01), validation_error=constant(0.01))
    look = seen(loss, step=200, sure=sure, trained_loss=plain)
    assert (loss_above_its_accuracy(Curve(trained(held, look), TASK)) is not None) is told


def test_decay_that_holds_a_loss_is_told_and_no_bound() -> None:
    held = Drawn(constant(1.0), error=constant(0.12), validation_error=constant(0.3))
    drawn_large = (6.0, 5.0), 4.0, False  # decay takes 0.5 of what the gradient gives
    cases = ((4.0, 3.0), 0.4, True), ((4.0, 5.0), 0.4, False), ((4.0, 1.5), 0.4, False), drawn_large
    for norms, gradient, told in cases:
        head = replace(LAYER, gradient_norm=gradient)
        looks = [Look(step, (replace(head, weight_norm=norm),)) for step, norm in zip((0, 238), norms, strict=True)]
        trial = trained(held, *looks)
        job = replace(trial.job, optimizer=replace(trial.job.optimizer, weight_decay=0.1))
        strong = FinishedTrial(job, trial.result)
        assert held_by_decay(Curve(strong, TASK), 1.0) is told
        assert (weights_decay_away(Inside(strong, TASK)) is not None) is told
        assert (loss_above_its_accuracy(Curve(strong, TASK)) is None) is told


def test_mixed_labels_are_no_burden_where_validation_ended_well() -> None:
    hard = Drawn(straight(2.3, 1.2), error=constant(0.6), validation_error=constant(0.05))
    plain = training_held_back(Curve(trained(hard, seen(PLAIN)), TASK))
    mixed = training_held_back(Curve(trained(hard, seen(replace(PLAIN, otherwise=0.9))), TASK))
    assert plain is not None
    assert plain.severity is None
    assert mixed is not None
    assert mixed.severity is Severity.INFO


def test_a_network_that_is_sure_of_another_label_is_told_of_it() -> None:
    first, late = replace(PLAIN, elsewhere=1.0), replace(PLAIN, elsewhere=0.4, otherwise=0.6)
    assert other_labels(Inside(trained(POOR, seen(first), seen(late, step=100)), TASK))
    mixing = replace(PLAIN, elsewhere=0.8), replace(PLAIN, otherwise=0.9)
    assert other_labels(Inside(trained(POOR, seen(mixing[0]), seen(mixing[1], step=100)), TASK)) is None


def test_soft_labels_of_two_classes_are_not_exchanged_where_validation_ended_well() -> None:
    two = replace(TASK, outputs=2, validation_class_counts=(200, 200))
    third = seen(replace(PLAIN, elsewhere=0.3))
    assert other_labels(Inside(trained(WELL, third), two)) is None
    assert other_labels(Inside(trained(POOR, third), two))
    assert other_labels(Inside(trained(WELL, third), TASK))


@pytest.mark.parametrize(("drawn", "told"), [(WELL, False), (POOR, True)])
def test_another_loss_is_told_of_what_ended_badly(drawn: Drawn, told: bool) -> None:
    looks = seen(MIXED), seen(MIXED, step=100)
    assert (scaled_loss(Inside(trained(drawn, *looks), TASK)) is not None) is told
    assert scaled_loss(Inside(trained(drawn, looks[0], seen(PLAIN, step=100)), TASK)) is None


def test_hardest_samples_alone_may_teach() -> None:
    out = replace(PLAIN, wrong=30, left_out=0.3)
    for share, severity in ((0.3, Severity.INFO), (0.6, None)):
        said = samples_left_out(Inside(trained(WELL, seen(replace(out, left_out=share))), TASK))
        assert said is not None
        assert said.severity is severity
    never = seen(replace(out, classes=(ClassWeight(2, 3, 0.1, 0.0, 0.0),)))
    for right, severity in ((38, Severity.INFO), (2, None)):
        answers = [*((label, label, 40) for label in range(10) if label != 2), (2, 2, right), (2, 3, 40 - right)]
        said = samples_left_out(Inside(trained(replace(WELL, answers=answers), never), TASK))
        assert said is not None
        assert said.severity is severity, "a class that most of are right of is known"


def test_gradients_that_add_up_are_no_step_left_out() -> None:
    def looks(*norms: float) -> list[Look]:
        idle = replace(LAYER, update_norm=0.0)
        return [Look(60 * place, (replace(idle, weight_norm=norm),)) for place, norm in enumerate(norms)]

    drawn = Drawn(constant(0.6), error=constant(0.5), validation_error=constant(0.01))
    assert updates_too_small(Inside(trained(drawn, *looks(4.0, 4.1, 4.2)), TASK)) is None
    assert updates_too_small(Inside(trained(drawn, *looks(4.0, 4.0, 4.2)), TASK))
    assert updates_too_small(Inside(trained(POOR, *looks(4.0, 4.1, 4.2)), TASK))
    frozen = replace(LAYER, name="body", gradient_norm=None, update_norm=0.0)
    beside = [replace(look, layers=(frozen, *look.layers)) for look in looks(4.0, 4.1, 4.2)]
    assert updates_too_small(Inside(trained(drawn, *beside), TASK)) is None
    beside[1] = replace(beside[1], layers=beside[1].layers[::-1])
    assert updates_too_small(Inside(trained(drawn, *beside), TASK)) is None


def test_biases_do_not_hide_images_that_are_tiny_and_scales_behind_the_last_layer_count() -> None:
    faint = Look(0, (replace(LAYER, sample_std=1e-3, output_std=0.3), replace(LAYER, sample_std=1e-3)), ANSWERS)
    assert scale_at_start(Inside(trained(POOR, faint), TASK))
    loud = Look(0, (LAYER, LAYER), replace(ANSWERS, sample_std=30.0))
    assert scale_at_start(Inside(trained(POOR, loud), TASK))
    assert scale_at_start(Inside(trained(POOR, replace(loud, outputs=ANSWERS)), TASK)) is None


def test_certain_answers_at_the_start_are_sound_where_they_are_right() -> None:
    loud = replace(ANSWERS, sample_std=30.0)
    wide = replace(LAYER, output_std=30.0, sample_std=30.0)
    for look in Look(0, (LAYER, LAYER), loud), Look(0, (LAYER, wide), loud):
        for drawn, told in ((WELL, False), (POOR, True), (replace(WELL, loss=falling(4 * GUESS, 0.01)), True)):
            assert (scale_at_start(Inside(trained(drawn, look), TASK)) is not None) is told
    numbers = Task("l2", (1, 8, 8), 1, 640, 400, 0)
    assert scale_at_start(Inside(trained(POOR, Look(0, (LAYER, LAYER), loud)), numbers)) is None
    faint = Look(0, (replace(LAYER, sample_std=0.019, output_std=0.3), LAYER), ANSWERS)
    assert scale_at_start(Inside(trained(WELL, faint), TASK)) is None
    assert scale_at_start(Inside(trained(POOR, faint), TASK))


def test_a_batch_that_was_mixed_is_no_error_where_validation_ended_well() -> None:
    def severity(drawn: Drawn, *shares: float) -> Severity | None:
        looks = [seen(replace(PLAIN, elsewhere=share), step=60 * place) for place, share in enumerate(shares)]
        said = other_labels(Inside(trained(drawn, *looks), TASK))
        return None if said is None else said.severity

    assert severity(WELL, 0.9) is Severity.INFO
    assert severity(WELL, 0.9, 0.9, 0.1) is Severity.INFO
    assert severity(WELL, 0.9, 0.9) is Severity.ERROR
    assert severity(POOR, 0.9) is Severity.ERROR
    assert severity(POOR, 0.3) is Severity.WARNING


def test_mixed_targets_of_a_hard_task_are_information_with_advice_of_their_own() -> None:
    for held, severity in ((0.45, Severity.INFO), (0.6, None)):
        drawn = Drawn(straight(2.3, 1.7), error=constant(0.65), validation_error=constant(held))
        said = scaled_loss(Inside(trained(drawn, seen(MIXED), seen(MIXED, step=100)), TASK))
        assert said is not None
        assert said.severity is severity
        assert "soft" in str(said.advice)


def test_nothing_is_said_of_fit_where_validation_has_one_class() -> None:
    one = replace(TASK, validation_class_counts=(400, *[0] * 9))
    slow = Drawn(falling(GUESS, 0.01), validation_error=constant(0.02))
    assert underfitting(Curve(slow.trial, one)) is None
    assert underfitting(Curve(POOR.trial, one)) is None
    assert diagnose(slow.trial, STUDY, one) == ()


def test_what_is_tried_in_evaluation_is_told() -> None:
    def codes(drawn: Drawn, **fields: Any) -> set[str]:
        look = Look(0, (LAYER,), ANSWERS, **fields)
        return {one.code for one in diagnose(trained(drawn, look), STUDY, replace(TASK, input_shape=(3, 8, 8)))}

    assert codes(WELL, unseen=(1,)) == {"HC335"}
    assert codes(WELL, noise=0.05) == {"HC342"}
    assert codes(WELL, noise=0.005) == set()
    apart = Drawn(falling(GUESS, 0.01), error=constant(0.01), validation_error=constant(0.4))
    assert codes(apart, unseen=(1,)) == {"HC335", "HC203"}, "a channel that is missing makes nothing overfit"
    assert codes(apart, noise=0.05) == {"HC342", "HC203"}
    assert codes(apart, noise=0.5) == {"HC342"}


def test_layers_that_thaw_are_not_frozen_and_none_gets_a_gradient_by_decay() -> None:
    def looks(gradient: float | None, first: float | None, last: float) -> list[Look]:
        head = replace(LAYER, name="end")
        body = replace(LAYER, gradient_norm=gradient, update_norm=first)
        frozen = ("head.weight",) if first is None else ()
        late = replace(body, gradient_norm=gradient and 0.1, update_norm=last)
        return [Look(0, (body, head), ANSWERS, frozen=frozen), Look(200, (late, head), ANSWERS)]

    assert frozen_layers(Inside(trained(POOR, *looks(None, None, 0.0)), TASK))
    assert frozen_layers(Inside(trained(POOR, *looks(None, None, 0.01)), TASK)) is None
    assert without_gradient(Inside(trained(POOR, *looks(0.0, 0.001, 0.0)), TASK)), "its rate has fallen to nothing"
    assert without_gradient(Inside(trained(POOR, *looks(0.4, 0.001, 0.0)), TASK)) is None
