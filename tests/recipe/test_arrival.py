"""What looks at an untrained network say of the way from the images to its outputs."""

from dataclasses import replace

import pytest

from hpsearch.finding import Severity
from hpsearch.look import LayerLook, Look, OutputLook
from hpsearch.recipe.initial_loss.arrival import arrival
from hpsearch.recipe.initial_loss.findings import activation_on_output, signal_lost, units_dead, without_gradient
from hpsearch.recipe.initial_loss.layers import first_unhealthy
from hpsearch.stage import StageName
from hpsearch.trial import FinishedTrial
from tests.recipe.recipe_cases import TASK, ended, layers, planned, study

JOB = planned(StageName.INITIAL_LOSS, study()).jobs[0]
SCALES = layers(("conv", "Conv2d", 0.0, 1.0), ("head", "Linear", 0.1, 0.2))


def layer(name: str, sample_std: float, weight: float | None = 1.0, gradient: float | None = 0.1) -> LayerLook:
    return LayerLook(name, "Conv2d" if weight is not None else "ReLU", 0.1, 1.0, sample_std, 0, 0, 0, weight, gradient)


def seen(*found: LayerLook, sample_std: float, highest: float = 1.0, **result: object) -> list[FinishedTrial]:
    return looked(Look(0, found, answers(sample_std, highest)), **result)


def answers(sample_std: float, highest: float = 1.0) -> OutputLook:
    return OutputLook(64, -highest, highest, 0.0, sums_to_one=False, sample_std=sample_std)


def looked(look: Look, **result: object) -> list[FinishedTrial]:
    return [ended(JOB, layers=SCALES, looks=(look,), **result)] * 2


def test_nothing_of_the_images_arrives_behind_a_layer_that_is_named() -> None:
    finished = seen(layer("conv", 1.0), layer("relu", 0.0, None), layer("fc", 0.0), layer("head", 0.0), sample_std=0.0)
    lost = signal_lost(finished)
    assert lost is not None
    assert lost.severity is Severity.ERROR
    assert "from layer relu on" in lost.message
    shifted = replace(layer("fc", 0.01), output_mean=-20.0)
    closed = seen(layer("conv", 1.0), shifted, layer("relu", 0.0, None), layer("head", 0.0), sample_std=0.0)
    lost = signal_lost(closed)
    assert lost is not None
    assert "from layer relu on" in lost.message  # not from the layer whose biases are only large
    blind = signal_lost(seen(layer("conv", 0.0), layer("head", 0.0), sample_std=0.0))
    assert blind is not None
    assert "do not arrive: conv" in blind.message


def test_what_hardly_arrives_is_a_warning_and_what_arrives_is_none() -> None:
    found = (layer("conv", 1.0), layer("deep", 1e-5), layer("head", 1e-5))
    faint = signal_lost(seen(*found, sample_std=1e-5))
    assert faint is not None
    assert faint.severity is Severity.WARNING
    assert "from layer deep on" in faint.message
    assert signal_lost(seen(*found[:1], layer("head", 0.01), sample_std=0.01)) is None


@pytest.mark.parametrize(("outputs", "ends"), [(0.3, True), (0.3001, True), (2.4, False)])
def test_an_activation_whose_outputs_are_computed_on_is_not_the_end(outputs: float, ends: bool) -> None:
    scales = layers(("conv", "Conv2d", 0.0, 1.0), ("relu", "ReLU", 0.4, 0.6))
    (trial, _) = seen(layer("conv", 1.0), layer("relu", 0.3, None), sample_std=outputs)
    trial = replace(trial, result=replace(trial.result, layers=scales))
    assert (activation_on_output(TASK, [trial]) is not None) is ends


def test_outputs_that_are_probabilities_are_told_whatever_made_them() -> None:
    finished = seen(layer("conv", 1.0), layer("head", 1.0), sample_std=0.1)
    assert activation_on_output(TASK, finished) is None
    bent = [
        replace(one, result=replace(one.result, looks=(replace(look, outputs=replace(outputs, sums_to_one=True)),)))
        for one in finished
        for look in one.result.looks
        if (outputs := look.outputs) is not None
    ]
    found = activation_on_output(TASK, bent)
    assert found is not None
    assert found.severity is Severity.ERROR
    assert "below 1.46" in found.message
    assert activation_on_output(TASK, [bent[0], finished[1]]) is None


@pytest.mark.parametrize("share", [1e-2, 1e-4, 1e-5, 3e-6, 9e-7, 3e-7, 1e-7, 1e-9, 1e-12])
def test_however_little_arrives_it_is_told_once_it_is_hardly_anything(share: float) -> None:
    found = (layer("a", 1.0), layer("b", share**0.25), layer("c", share**0.85), layer("d", share))
    seen_there = arrival(seen(*found, sample_std=share))
    assert (seen_there is not None) is (share < 1e-3)
    if seen_there is not None:
        assert seen_there.lost is (share < 1e-7)  # what reaches the layer in front of the last one is not rounding


@pytest.mark.parametrize(
    "found",
    [
        (layer("conv", 1.0), layer("head", 0.0)),  # a head of zeros
        (layer("conv", 1.0), layer("scale", 0.0, 0.0, 0.5), layer("head", 0.0)),  # a gate that the update opens
        (),
    ],
)
def test_what_opens_with_the_first_update_is_meant_so(found: tuple[LayerLook, ...]) -> None:
    assert arrival(seen(*found, sample_std=0.0)) is None


def test_a_parameter_of_no_layer_that_gets_a_gradient_may_open_the_way() -> None:
    closed = (layer("conv", 1.0, 1.0, 0.0), layer("fc", 0.0), layer("head", 0.0))
    gated = signal_lost(looked(Look(0, closed, answers(0.0), graded=3, graded_outside=("scale",))))
    assert gated is not None
    assert gated.severity is Severity.WARNING
    assert gated.evidence["gates"] == ["scale"]
    shut = signal_lost(looked(Look(0, closed, answers(0.0), graded=2)))
    assert shut is not None
    assert shut.severity is Severity.ERROR, "biases behind the place where the images end learn nothing of them"
    zeros = layers(("conv", "Conv2d", 0.0, 1.0), ("fc", "Linear", 0.0, 0.0), ("head", "Linear", 0.0, 0.0))
    gated = signal_lost([ended(JOB, layers=zeros, looks=(Look(0, closed, answers(0.0), graded_outside=("scale",)),))])
    assert gated is not None
    assert gated.severity is Severity.WARNING


def test_a_layer_of_zeros_in_front_may_open_the_way_and_one_behind_may_not() -> None:
    gate, body = layer("gate", 0.0, 0.0, 0.5), layer("conv", 1.0, 1.0, 0.0)
    assert arrival(seen(gate, body, layer("fc", 0.0), layer("head", 0.0), sample_std=0.0)) is None
    behind = seen(body, layer("fc", 0.0), replace(gate, name="head"), sample_std=0.0)
    lost = signal_lost(behind)
    assert lost is not None
    assert lost.severity is Severity.ERROR


def test_most_units_closed_for_every_image_are_told() -> None:
    closed = replace(layer("relu", 0.5, None), dead_share=0.9)
    dead = units_dead(seen(layer("conv", 1.0), closed, layer("head", 1.0), sample_std=1.0))
    assert dead is not None
    assert "90% of the units of layer relu" in dead.message
    half = replace(closed, dead_share=0.5)
    assert units_dead(seen(layer("conv", 1.0), half, layer("head", 1.0), sample_std=1.0)) is None


def test_a_network_none_of_whose_weights_gets_a_gradient_fails_at_once() -> None:
    names = ("conv.weight", "head.weight")
    cut = (layer("conv", 1, 1.0, None), layer("head", 1, 1.0, 0.0))
    found = without_gradient(looked(Look(0, cut, answers(1.0), graded=0), without_gradient=names))
    assert found is not None
    assert found.severity is Severity.ERROR
    for graded in (1, None):  # a parameter that no layer holds; a look of before they were counted
        found = without_gradient(looked(Look(0, cut, answers(1.0), graded=graded), without_gradient=names))
        assert found is not None
        assert found.severity is Severity.WARNING
    part = seen(layer("conv", 1, 1.0, None), layer("head", 1), sample_std=1.0, without_gradient=names[:1])
    found = without_gradient(part)
    assert found is not None
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(("frozen", "gate"), [(("conv.weight",), 1.0), ((), 0.0)])
def test_what_is_frozen_or_waits_for_weights_of_zero_is_no_warning(frozen: tuple[str, ...], gate: float) -> None:
    found = (layer("conv", 1, 1.0, 0.0), layer("gate", 1, gate), layer("head", 1))
    look = Look(0, found, answers(1.0), frozen=frozen)
    told = without_gradient(looked(look, without_gradient=("conv.weight",)))
    assert told is not None
    assert told.severity is Severity.INFO
    assert ("not to be trained" in told.message) is bool(frozen)


def test_zeros_norms_and_biases_are_no_unhealthy_scale() -> None:
    branch = layers(("conv", "Conv2d", 0.0, 1.0), ("branch", "Conv2d", 0.0, 0.0), ("head", "Linear", 0.0, 0.5))
    assert first_unhealthy(branch) is None
    normed = layers(("conv", "Conv2d", 0.0, 9.0), ("norm", "BatchNorm2d", 0.0, 1.0), ("head", "Linear", 0.0, 0.5))
    assert first_unhealthy(normed) is None
    biased = layers(("conv", "Conv2d", -100.0, 33.0), ("relu", "ReLU", 0.1, 1.0), ("head", "Linear", 0.0, 0.5))
    assert first_unhealthy(biased, {"conv": 1.0}) is None
    large = first_unhealthy(biased, {"conv": 33.0})
    assert large is not None
    assert large.layer.name == "conv"
