"""Faults that looks find in two kinds of networks, and what of a sound training they let pass."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from hpsearch.data.dataset import Dataset
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.finding import Severity
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.look import LayerLook, Look, look_document, look_of
from hpsearch.study import StudyDefinition
from hpsearch.training.looks.twins import twin_shares
from hpsearch.training.looks.weights import Weighed
from hpsearch.trial import FinishedTrial, TrialResult
from tests.training.test_looks import looked
from tests.training.training_cases import classes, job, optimizer, train

STUDY = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet"})
DATASET = classes()


def hooked(base: str, fault: str = "", epochs: int = 40, **settings: Any) -> Job:
    """A job of one of the two networks."""
    network = NetworkSettings(None, "tests.training.hooked_networks:build", {"base": base, "fault": fault})
    chosen = optimizer(**{"learning_rate": 0.02, **settings})
    return job(network, Budget(epochs=epochs), optimizer=chosen)


def told(wanted: Job, result: TrialResult, dataset: Dataset = DATASET) -> dict[str, Severity]:
    """The codes of the rules on looks that find something."""
    found = diagnose(FinishedTrial(wanted, result), STUDY, dataset.task)
    return {one.code: one.severity for one in found if one.code.startswith("HC3")}


@pytest.mark.parametrize("base", ["straight", "residual"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("vanishing", "HC311"),
        ("exploding", "HC312"),
        ("blowing", "HC303"),
        ("blind", "HC333"),
        ("forgetting", "HC333"),
        ("switching", "HC343"),
        ("twins", "HC321"),
    ],
)
def test_a_fault_is_told_by_its_name(base: str, fault: str, code: str) -> None:
    """And its consequences are not told instead of it: dead units where no image arrives, for example."""
    wanted = hooked(base, fault, clip_norm=0.05 if fault == "exploding" else None)
    found = told(wanted, train(wanted, DATASET))
    assert code in found
    assert "HC301" not in found


@pytest.mark.parametrize("base", ["straight", "residual"])
@pytest.mark.parametrize(
    ("epochs", "settings"),
    [(40, {}), (22, {"schedule": "cosine"}), (22, {"name": "adam", "learning_rate": 2e-3, "schedule": "cosine"})],
)
def test_a_sound_network_has_no_finding(base: str, epochs: int, settings: dict[str, Any]) -> None:
    """A norm that starts at zero, and looks at rates that have fallen to nothing, are sound."""
    wanted = hooked(base, epochs=epochs, **settings)
    assert told(wanted, train(wanted, DATASET)) == {}


@pytest.mark.parametrize(
    ("base", "zero"), [("straight", "zero"), ("residual", "zero"), ("routed", ""), ("routed", "zero"), ("narrow", "")]
)
@pytest.mark.parametrize("epochs", [22, 80])
def test_a_sound_network_that_some_samples_pass_by_has_no_warning(base: str, zero: str, epochs: int) -> None:
    """Nothing comes past a last layer that begins at zero; each sample goes its own way, or is dropped by chance."""
    wanted = hooked(base, zero, epochs=epochs)
    assert set(told(wanted, train(wanted, DATASET)).values()) <= {Severity.INFO}


def test_a_layer_that_the_optimiser_lacks_is_told() -> None:
    wanted = looked()
    result = train(wanted, DATASET)

    def stopped(look: Look, name: str, gradient: float | None = None) -> Look:
        layers = tuple(
            replace(one, update_norm=0.0, gradient_norm=gradient or one.gradient_norm) if one.name == name else one
            for one in look.layers
        )
        return replace(look, layers=layers, still=(*look.still, f"{name}.weight"))

    assert "HC316" not in told(wanted, result)
    assert told(wanted, replace(result, looks=tuple(stopped(one, "third") for one in result.looks)))["HC316"]
    tiny = replace(result, looks=tuple(stopped(one, "third", 1e-12) for one in result.looks))
    assert "HC316" not in told(wanted, tiny), "the step may be too small for the numbers to hold it"
    once = replace(result, looks=(*result.looks[:-1], stopped(result.looks[-1], "third")))
    assert "HC316" not in told(wanted, once)


def test_updates_that_fp16_leaves_out_hide_no_layer_without_gradient() -> None:
    wanted = looked("unused")
    result = train(wanted, DATASET)
    *others, last = result.looks

    def left_out(layer: LayerLook) -> LayerLook:
        return replace(layer, gradient_norm=None, update_norm=None)

    part = replace(last, layers=tuple(map(left_out, last.layers)), still=())
    assert "HC315" in told(wanted, replace(result, looks=(*others, part)))


def test_frozen_layers_of_a_network_that_learned_are_an_information() -> None:
    wanted = looked("frozen")
    result = train(wanted, DATASET)
    high = replace(result, step_losses=(1.0,) * len(result.step_losses))
    assert told(wanted, high)["HC316"] is Severity.WARNING
    low = replace(result, step_losses=(0.01,) * len(result.step_losses))
    assert told(wanted, low)["HC316"] is Severity.INFO

    def set_before(layer: LayerLook) -> LayerLook:
        return replace(layer, twin_share=1.0) if layer.name == "first" else layer

    blurs = tuple(replace(one, layers=tuple(map(set_before, one.layers))) for one in high.looks)
    assert "HC316" not in told(wanted, replace(high, looks=blurs))


def test_the_modes_are_tried_on_samples_that_were_trained_on() -> None:
    """Of ten samples whose labels mean nothing, learned by heart, both losses are small; those of others are not."""
    wanted, dataset = replace(looked(), budget=Budget(epochs=90, samples=10)), classes()
    dataset.train.targets.copy_(dataset.train.targets[torch.randperm(45, generator=torch.Generator().manual_seed(3))])
    last = train(wanted, dataset).looks[-1]
    assert last.evaluated_loss == pytest.approx(last.trained_loss, rel=0.01)
    assert last.evaluated_loss is not None
    assert last.evaluated_loss < 0.05


def test_units_with_equal_weights_are_counted() -> None:
    weight = torch.randn(2, 10, 3, 3, 3)
    weight[1, 4:7] = weight[1, 1]
    weight[1, 8:] = 0.0
    assert twin_shares([weight])[:, 0].tolist() == pytest.approx([0.0, 0.4])


def test_units_that_agree_in_a_few_weights_are_no_twins() -> None:
    weight = torch.randn(1, 6, 64)
    weight[0, :, ::8] = 1.0
    assert twin_shares([weight])[:, 0].tolist() == [0.0]
    weight[0, 1] = weight[0, 0]
    assert twin_shares([weight])[:, 0].tolist() == pytest.approx([2 / 6])


def test_complex_weights_are_read_whole() -> None:
    weight = torch.complex(torch.ones(2, 4, 3), torch.randn(2, 4, 3))
    norms = Weighed({"layer.weight": weight}, {"layer.weight": weight}, spread=True, compared=["layer"]).after()
    assert norms.twins is not None
    assert norms.twins.tolist() == [[0.0], [0.0]]
    assert norms.variances is not None
    expected = torch.view_as_real(weight).flatten(1).var(1, correction=0)
    assert norms.variances[:, 0].tolist() == pytest.approx(expected.tolist())
    assert norms.weights[:, 0].tolist() == pytest.approx(weight.flatten(1).abs().square().sum(1).sqrt().tolist())


def test_looks_of_before_there_were_all_fields_can_be_read() -> None:
    look = train(looked(), DATASET).looks[0]
    written = look_document(look)
    del written["trained_loss"], written["bend"]
    written["layers"] = [layer[:-1] for layer in written["layers"]]
    layers = tuple(replace(layer, twin_share=None) for layer in look.layers)
    assert look_of(written) == replace(look, layers=layers, trained_loss=None, bend=None)
