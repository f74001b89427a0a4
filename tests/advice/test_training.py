"""Every rule on the training finds what it is for, lets near misses pass, and is silent on sound definitions."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hpsearch.advice.advise import advise
from hpsearch.advice.planned import advise_training
from hpsearch.advice.training import Training, TrainingRule
from hpsearch.advice.training_table import TRAINING
from hpsearch.finding import Severity
from hpsearch.networks.table import NETWORKS
from hpsearch.preflight.reading import read_definition
from hpsearch.study import StudyDefinition
from hpsearch.task import Task

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.yaml"))
DIGITS = Task("cross_entropy", (1, 8, 8), 10, 1079, 359, 359, (36,) * 9 + (35,))
CIFAR = Task("cross_entropy", (3, 32, 32), 10, 45_000, 5_000, 10_000, (500,) * 10)
WARNING, INFO = Severity.WARNING, Severity.INFO
LONG = {"coarse": {"epochs": 20}, "fine": {"epochs": 50}}


@dataclass(frozen=True)
class Case:
    """Two definitions on both sides of a rule."""

    code: str
    severity: Severity
    said: str
    bad: dict[str, Any]
    near: dict[str, Any]
    both: dict[str, Any] = field(default_factory=dict)


def optimizer(**options: Any) -> dict[str, Any]:
    return {"optimizer": options}


def rates(low: float, high: float, **others: Any) -> dict[str, Any]:
    return optimizer(learning_rate={"log_uniform": [low, high]}, **others)


def batches(size: Any) -> dict[str, Any]:
    return {"data": {"dataset": "digits", "batch_size": size}}


def decay(low: float, high: float, **others: Any) -> dict[str, Any]:
    return optimizer(weight_decay={"log_uniform": [low, high]}, **others)


STEP = {"name": "step", "factor": 0.1}
CASES = (
    Case(
        "HP501",
        WARNING,
        "rises for 80% of the training, 163 of 204 updates, and is 60% of",
        optimizer(schedule={"warmup": 0.8}),
        optimizer(schedule={"warmup": {"uniform": [0.05, 0.9]}}),
    ),
    Case("HP502", WARNING, "after 40% of", optimizer(schedule={**STEP, "every": 0.1}), optimizer(schedule=STEP)),
    Case(
        "HP502",
        WARNING,
        "exponential has brought",
        optimizer(schedule={"name": "exponential", "factor": 1e-9}),
        optimizer(schedule={"name": "exponential", "factor": {"choice": [1e-9, 1e-3]}}),
    ),
    Case("HP503", WARNING, "counts 100 times", rates(0.1, 1, momentum=0.99), rates(0.1, 1)),
    Case("HP503", INFO, "like 10 without", rates(1e-4, 0.1, momentum=0.99), rates(1e-4, 0.05, momentum=0.99)),
    Case("HP504", WARNING, "is 0.5 or more", rates(0.5, 1, name="adam"), rates(0.4, 1, name="adam")),
    Case("HP504", WARNING, "by 0.0002 at most", optimizer(name="adamw", learning_rate=1e-6), rates(1e-7, 1e-5)),
    Case("HP601", WARNING, "is a penalty of 5 on", optimizer(weight_decay=0.1), optimizer(weight_decay=0.05)),
    Case("HP601", INFO, "of 0.2 is a penalty", decay(1e-6, 0.2), decay(1e-6, 0.2, name="adamw")),
    Case(
        "HP601",
        WARNING,
        "leaves 18.3% of the weights after an epoch at a learning rate of 0.1",
        optimizer(learning_rate=0.1, weight_decay=0.1, momentum=0.9),
        optimizer(learning_rate=0.1, weight_decay=0.1, momentum=0.9, name="adamw"),
    ),
    Case(
        "HP602",
        WARNING,
        "of the right class of 10 is 0.46",
        {"loss": {"label_smoothing": 0.6}},
        {"loss": {"label_smoothing": {"uniform": [0.0, 0.9]}}},
    ),
    Case("HP603", WARNING, "by 0.2 at most", optimizer(clip_norm=1e-4), optimizer(clip_norm=1e-4, name="adam")),
    Case("HP604", WARNING, "to a norm of 0.1 ", optimizer(max_norm=0.1), optimizer(max_norm={"choice": [None, 0.1]})),
    Case("HP701", INFO, "of coarse has 45 updates, 15 in each", batches(72), batches({"choice": [64, 72]})),
    Case("HP701", WARNING, "of coarse has 45 updates", batches(72), batches(64), {"recipe": {"fine": {"skip": True}}}),
    Case("HP701", WARNING, "and of fine 40 updates", batches(300), batches(64), {"recipe": {"fine": {"epochs": 10}}}),
    Case("HP702", WARNING, "of 256 of 1,000 samples are 4", batches(256), batches(200), {"recipe": LONG}),
    Case(
        "HP702",
        INFO,
        "of 512 of 1,000 samples are 2",
        batches({"choice": [64, 512]}),
        batches({"choice": [64, 200]}),
        {"recipe": LONG},
    ),
    Case("HP703", WARNING, "of 2 samples", batches(2), {**batches(2), "network": {"name": "convnet", "norm": "group"}}),
    Case("HP703", INFO, "of 1 sample in", batches({"int": [1, 8]}), batches({"int": [3, 8]})),
    Case("HP801", WARNING, "from 0.01 to 0.010001", rates(0.01, 0.010001), rates(0.01, 0.0102)),
    Case(
        "HP801",
        WARNING,
        "momentum from 0.9 to 0.9001",
        optimizer(momentum={"uniform": [0.9, 0.9001]}),
        optimizer(momentum={"uniform": [0.99, 0.999]}),
    ),
    Case("HP802", INFO, "spans 8.0", rates(1e-8, 1), rates(1e-6, 1)),
    Case(
        "HP802",
        WARNING,
        "weight_decay spans 9.0",
        decay(1e-12, 1e-3),
        decay(1e-9, 1e-3),
        {"recipe": {"coarse": {"trials": 16}}},
    ),
)
IDS = [f"{case.code}-{number}" for number, case in enumerate(CASES)]
THOUSAND = Task("cross_entropy", (1, 8, 8), 10, 1_000, 359, 359, (36,) * 9 + (35,))


def training(raw: dict[str, Any], task: Task = DIGITS) -> Training:
    definition = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet", **raw})
    normed = definition.network.parameters.get("norm", "batch") == "batch"
    return Training(definition, task, int(normed), 1)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_rule_finds_its_definition_and_lets_a_near_miss_pass(case: Case) -> None:
    task = THOUSAND if case.code == "HP702" else DIGITS
    (finding,) = advise_training(training({**case.both, **case.bad}, task), {case.code})
    assert (finding.code, finding.severity) == (case.code, case.severity)
    assert case.said in finding.message
    assert finding.evidence
    assert json.loads(json.dumps(dict(finding.evidence), allow_nan=False)) == finding.evidence
    assert finding.advice
    assert finding.source
    assert advise_training(training({**case.both, **case.near}, task), {case.code}) == ()


def test_every_rule_has_a_case() -> None:
    assert {case.code for case in CASES} == set(TRAINING)


@pytest.mark.parametrize("rule", TRAINING.values(), ids=TRAINING)
def test_a_rule_says_why(rule: TrainingRule) -> None:
    title, _, reason = rule.text.partition("\n\n")
    assert title.endswith(".")
    assert len(reason) > 60


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_the_studies_have_nothing_to_be_advised_of(path: Path) -> None:
    assert advise_training(Training(read_definition(path.read_text(), path.parent), DIGITS, 1, 1)) == ()


@pytest.mark.parametrize(
    "raw",
    [
        {},
        optimizer(name="adam"),
        optimizer(name="adamw", learning_rate=1e-3, weight_decay=0.1, schedule={"name": "cosine", "warmup": 0.1}),
        optimizer(learning_rate=0.1, weight_decay=5e-4, nesterov=True, clip_norm=1.0, schedule=STEP),  # ResNets
        optimizer(name={"choice": ["sgd", "adam", "rmsprop"]}, momentum={"uniform": [0.8, 0.99]}, schedule="cyclic"),
    ],
)
def test_usual_definitions_have_nothing_to_be_advised_of(raw: dict[str, Any]) -> None:
    for task in (DIGITS, CIFAR):
        assert advise_training(training({**raw, **batches({"choice": [16, 64]})}, task)) == ()
        assert advise_training(training(raw, task)) == ()


def test_the_defaults_of_no_named_network_matter() -> None:
    """What the rules know of networks is whether they have batch norm, which only tiny batches make a difference."""
    raw = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet"})
    assert NETWORKS
    assert {advise_training(Training(raw, CIFAR, normed, 1)) for normed in (0, 1)} == {()}


def test_batch_norm_is_looked_for_in_the_networks_of_the_space() -> None:
    network = {"name": "convnet", "norm": {"choice": ["batch", "none"]}}
    told = {}
    for norm in (network, {"name": "convnet"}, {"name": "convnet", "norm": "none"}):
        raw = {**batches(2), "network": norm, "advice": {"select": ["HP7"]}}
        told[str(norm)] = [one.severity for one in advise(StudyDefinition.model_validate(raw), DIGITS)]
    assert list(told.values()) == [[INFO], [WARNING], []]


def test_a_regression_has_no_labels_to_smooth() -> None:
    task = Task("l2", (1, 8, 8), 1, 1079, 359, 359, (), 1.0)
    assert advise_training(training({"loss": {"label_smoothing": 0.6}}, task)) == ()
