"""The published detectors of benchmarks/diagnosis/rivals: their rules on made-up records, and how records are made."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from benchmarks.diagnosis.catalogue import Case, cases
from benchmarks.diagnosis.loops import training_with
from benchmarks.diagnosis.rivals.debugging import debugged
from benchmarks.diagnosis.rivals.families import FAMILIES
from benchmarks.diagnosis.rivals.notes import Notes
from benchmarks.diagnosis.rivals.record import (
    Activation,
    Debugging,
    Epoch,
    FirstBatch,
    Fitting,
    Initial,
    Modes,
    Record,
    Saved,
    Traces,
    Values,
    read,
    read_debugging,
    written,
)
from benchmarks.diagnosis.rivals.recorder import recorded
from benchmarks.diagnosis.rivals.scoring import RULES, Comparison, Shown
from benchmarks.diagnosis.rivals.similarity import similarity
from benchmarks.diagnosis.told import Told
from benchmarks.diagnosis.trainings import data_of
from hpsearch.cohort import Cohort
from hpsearch.finding import Finding, Severity
from hpsearch.training.cohort import train_cohort

UPDATES = 60
FALLING = tuple(2.3 * 0.93**step for step in range(UPDATES))
RISING = tuple(1 - 0.9 * 0.93**step for step in range(UPDATES))
SAVED = Saved(
    0,
    2.3,
    0.0,
    32,
    (Values("w", 0.1, 0.02, 0.0, finite=True, moved=0.01),),
    (Values("w", 0.01, 0.001, 0.0, finite=True, spread=0.05),),
    (Activation("a", "ReLU", 1.0, 0.0), Activation("s", "Sigmoid", 1.0, 0.0)),
    (16, 16),
    (12, 12),
)
EPOCHS = tuple(Epoch(2.0 * 0.7**n, 1 - 0.5 * 0.8**n, 2.05 * 0.7**n, 1 - 0.5 * 0.8**n) for n in range(12))
INITIAL = Initial(0.0, 1.0, -2.0, 2.0, 1.0, (("w", 2 / 9, 9, 16),), "relu", (0.0,), 2.3, 2.3, (1.0,) * 3, False)
TRACES = Traces(
    FALLING,
    RISING,
    *({"w": [value] * UPDATES} for value in (0.1, 0.01, 0.01, -2.5, 0.1)),
    *({"w": [value] * 5} for value in (0.5, 0.0, 1.0, 0.0, 0.0)),
    (True,) * UPDATES,
    finite=True,
)
SOUND = Record(
    12,
    tuple(2.3 * 0.99**step for step in range(120)),
    EPOCHS,
    tuple(replace(SAVED, step=10 * n, loss=2.3 * 0.9**n) for n in range(20)),
    tuple(FirstBatch(epoch, (0.5, 0.6), 0.1, finite=True) for epoch in (1, 4, 7, 10)),
    (Modes(250, 0.5, 0.4, {"a": 0.9, "outputs": 0.9}),),
    10,
    debugging=Debugging(INITIAL, Fitting(tuple(2.3 * 0.99**step for step in range(1000)), 1.0), TRACES),
)
BAD = tuple(replace(epoch, train_accuracy=0.1, val_accuracy=0.1) for epoch in EPOCHS)


def saved(**changes: Any) -> Record:
    return replace(SOUND, saved=tuple(replace(one, **changes) for one in SOUND.saved))


def value(**changes: Any) -> tuple[Values, ...]:
    return (replace(SAVED.weights[0], **changes),)


def initial(**changes: Any) -> Record:
    return replace(SOUND, debugging=replace(SOUND.debugging, initial=replace(INITIAL, **changes)))


def fitting(fitted: Fitting) -> Record:
    return replace(SOUND, debugging=replace(SOUND.debugging, fitting=fitted))


def traces(**changes: Any) -> Record:
    return replace(SOUND, debugging=replace(SOUND.debugging, traces=replace(TRACES, **changes)))


def first(*norms: float, zeros: float = 0.1) -> Record:
    looks = tuple(replace(one, kernel_norms=norms, zero_share=zeros) for one in SOUND.first_batches)
    return replace(SOUND, epochs=BAD, first_batches=looks)


def epochs(change: Callable[[int, Epoch], Epoch]) -> Record:
    return replace(SOUND, epochs=tuple(change(number, epoch) for number, epoch in enumerate(EPOCHS)))


DOUBLING, HALVING = {"w": [2.0**n for n in range(UPDATES)]}, {"w": [0.5**n for n in range(UPDATES)]}
FLAT = tuple(2.3 + 0.001 * (step % 2) for step in range(UPDATES))
FIRING = {
    "SageMaker Debugger": {
        "VanishingGradient": saved(gradients=value(mean_abs=1e-8)),
        "ExplodingTensor": replace(SOUND, step_losses=(2.3, math.nan)),
        "DeadRelu": saved(activations=(Activation("a", "ReLU", 1.0, 0.6),)),
        "SaturatedActivation": saved(activations=(Activation("a", "Tanh", 1.0, 0.6),)),
        "PoorWeightInitialization": saved(gradients=value(spread=1e-4)),
        "WeightUpdateRatio": saved(weights=value(moved=11.0)),
        "AllZero": saved(weights=value(zero_share=1.0)),
        "TensorVariance": saved(weights=value(variance=1e-6)),
        "UnchangedTensor": saved(loss=2.3),
        "LossNotDecreasing": epochs(lambda _, epoch: replace(epoch, val_loss=2.3)),
        "Overfit": epochs(lambda _, epoch: replace(epoch, val_loss=1.2 * epoch.train_loss)),
        "Overtraining": epochs(lambda _, epoch: replace(epoch, train_loss=0.1, val_loss=0.1)),
        "ClassImbalance": saved(right=(12, 2)),
        "CheckInputImages": saved(input_mean=0.3),
    },
    "AutoTrainer": {
        "exploding gradient": first(80.0, 1.0),
        "vanishing gradient": first(1e-5, 1.0),
        "dying ReLU": first(1.0, 1.0, zeros=0.8),
        "oscillating loss": epochs(lambda number, epoch: replace(epoch, train_accuracy=0.7 + 0.1 * (number % 2))),
        "slow convergence": replace(SOUND, epochs=BAD),
    },
    "TheDeepChecker": {
        "features": initial(feature_std=5.0),
        "labels unbalanced": initial(label_balance=0.3),
        "weights constant": initial(weights=(("w", 0.0, 9, 16),)),
        "weights' variance": initial(weights=(("w", 2 / 9 / 4, 9, 16),)),
        "biases": initial(bias_sums=(0.0, 0.2)),
        "initial loss": initial(loss=5.0),
        "loss reduction": initial(growth=(2.0, 2.0, 2.0)),
        "instance-wise operations": initial(depends_on_others=True),
        "one batch fitted": fitting(Fitting(FALLING, 0.9)),
        "zero loss": fitting(Fitting((2.3, 1e-9), 1.0)),
        "data dependency": fitting(Fitting((2.3,) * 200, 0.1, (2.3,) * 200)),
        "dead activations": traces(dead_shares={"a": [0.6]}),
        "saturated activations": traces(saturated_shares={"a": [0.6]}),
        "activations' range": traces(activation_stds={"a": [0.1]}),
        "constant outputs": traces(outputs_vary=(False,) * UPDATES),
        "negative weights": traces(negative_shares={"w": [0.99]}),
        "dead weights": traces(tiny_shares={"w": [0.99]}),
        "diverging weights": traces(weights=DOUBLING),
        "vanishing gradient": traces(gradients=HALVING),
        "exploding gradient": traces(gradients=DOUBLING),
        "untrained weights": traces(updates={"w": [0.0] * 20}),
        "fast updates": traces(updates={"w": [-0.5] * 20}),
        "slow updates": traces(updates={"w": [-5.0] * 20}),
        "stagnating loss": traces(losses=FLAT),
        "diverging loss": traces(losses=tuple(1.1**step for step in range(UPDATES))),
        "fluctuating loss": traces(losses=tuple(2.0 + (step // 10) % 2 for step in range(-1, UPDATES - 1))),
        "representative loss": traces(accuracies=tuple(float(step // 10 == 2) for step in range(UPDATES))),
        "regularisation": traces(decays={"w": [3.0] * 6}),
        "not finite": traces(finite=False),
        "corrupted labels": replace(SOUND, step_losses=(2.3, 2.31) * 60),
        "switch of modes": replace(SOUND, modes=(Modes(250, 0.5, 0.1, {}),)),
    },
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title)
def test_a_rule_fires_on_what_it_describes_and_not_on_a_sound_training(rule: Any) -> None:
    assert rule.fires(FIRING[rule.detector][rule.name])
    assert not rule.fires(SOUND)


def shown(kind: str, record: Record, *codes: str) -> Shown:
    """A training of that kind of which we told these codes."""
    case = next(case for case in cases() if case.kind.name == kind)
    findings = tuple(Finding(code, Severity.WARNING, "something", {"n": 1.0}, "try", "source") for code in codes)
    return Shown(Told(case, None, (), (), findings, 0.0), record)  # type: ignore[arg-type]


def test_a_comparison_counts_what_is_said_what_is_right_and_what_is_alarm() -> None:
    exploding, calm = FIRING["SageMaker Debugger"]["ExplodingTensor"], FIRING["TheDeepChecker"]["biases"]
    right = next(iter(next(case for case in cases() if case.kind.name == "rate-too-high-1000").kind.right))
    compared = Comparison(
        [shown("rate-too-high-1000", exploding, right), shown("too-small", exploding)],
        [shown("sound-0", calm, "HC000"), shown("sound-0", SOUND)],
        [shown("sound-1", calm)],
    )
    found = {line.title: (line.found, line.named, line.alarmed, line.right, line.fired) for line in compared.lines()}
    assert found["hpsearch"] == (1, 1, 1, 1, 2)
    assert found["AutoTrainer"] == (2, 1, 0, 1, 2)
    assert found["TheDeepChecker"] == (0, 0, 1, 0, 1)
    assert found["TheDeepChecker, 30 of 31 rules"] == (0, 0, 0, 0, 0)
    assert "| AutoTrainer: exploding gradient | loss NaN or 1,000; ratio > 70 | 2 | 1 | 0 | 0 |" in compared.report()


def test_every_kind_of_the_catalogue_is_in_the_words_of_the_rules_or_knowingly_not() -> None:
    missing = {case.kind.name for case in cases() if not case.sound} - set(FAMILIES)
    assert missing <= {
        "split-leaking",
        "split-leaking-nearly",
        "classes-as-numbers",
    }  # the last one is no classification
    used = set().union(*FAMILIES.values())
    assert set().union(*(rule.detects for rule in RULES)) <= used


def short(name: str) -> tuple[Any, Case]:
    """A case of the catalogue, cut to 256 iterations."""
    case = next(case for case in cases() if case.name.startswith(name))
    return replace(case.job, batch_size=4, budget=replace(case.job.budget, epochs=4, samples=256)), case


@pytest.mark.parametrize("name", ["loss-with-wrong-sign/plain/digits", "validated-in-training-mode/norm/digits"])
def test_recording_changes_nothing_of_a_training(name: str) -> None:
    job, case = short(name)
    dataset = data_of(case.data, case.kind.data)
    with training_with(case.kind.loop):
        (result,) = train_cohort(Cohort((job,)), dataset)
        record = recorded(job, dataset)
    assert repr(result.step_losses) == repr(record.step_losses)
    assert [epoch.val_loss for epoch in result.epochs] == [epoch.val_loss for epoch in record.epochs]
    assert record.saved[0].loss == result.step_losses[0]
    assert len(record.modes) == name.startswith("validated")  # without batch norm and dropout none differ
    assert written(read(written(record))) == written(record)


def test_the_short_trainings_see_a_network_that_mixes_its_samples() -> None:
    found = {}
    for name in ("batch-mixed/plain", "sound-0/plain"):
        case = next(case for case in cases() if case.name.startswith(name))
        found[name] = debugged(case.job, data_of(case.data, case.kind.data), fit_updates=60, watched_updates=30)
    mixed, sound = found.values()
    assert mixed.initial is not None
    assert mixed.initial.depends_on_others
    assert sound.initial is not None
    assert not sound.initial.depends_on_others
    assert sound.fitting is not None
    assert sound.fitting.best_accuracy == 1.0
    assert written(read_debugging(written(sound))) == written(sound)


def test_an_activation_that_is_called_twice_is_two_layers() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.activation = nn.Linear(4, 8), nn.Linear(8, 3), nn.ReLU()

        def forward(self, features: Tensor) -> Tensor:
            return self.activation(self.second(self.activation(self.first(features))))

    network, notes = Shared(), Notes()
    for _ in range(2):
        notes.see(0.0)(network)
        network(torch.randn(5, 4))
    notes.look(network)
    assert {name: len(found) for name, found in notes.stds.items()} == {"activation": 1, "activation, call 2": 1}


def test_a_validation_loss_that_is_not_a_number_is_recorded() -> None:
    job, case = short("sound-0/plain/digits")
    dataset = data_of(case.data, case.kind.data)
    images = dataset.validation.images.clone()
    images[0] = math.nan
    record = recorded(job, replace(dataset, validation=replace(dataset.validation, images=images)))
    assert [math.isnan(epoch.val_loss) for epoch in record.epochs] == [True]
    assert next(rule for rule in RULES if rule.title == "AutoTrainer: exploding gradient").fires(record)


def test_similarity_is_one_of_features_that_are_turned_and_low_of_others() -> None:
    draw = torch.Generator().manual_seed(0)
    first, other = (torch.randn(200, 5, generator=draw) for _ in range(2))
    turned = first @ torch.linalg.qr(torch.randn(5, 5, generator=draw)).Q
    assert similarity(first, 3 * turned) == pytest.approx(1.0)
    assert abs(similarity(first, other)) < 0.2
    assert similarity(first, torch.ones(200, 2)) == pytest.approx(0.0, abs=1e-9)
