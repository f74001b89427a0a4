"""What looks inside a network show, that they disturb nothing, and how few there are."""

from dataclasses import asdict, replace
from typing import Any

import pytest
import torch

from hpsearch.data.dataset import Dataset
from hpsearch.diagnosis.diagnose import diagnose
from hpsearch.diagnosis.inside.scales import weights_decay_away
from hpsearch.diagnosis.inside.seen import Inside
from hpsearch.diagnosis.inside.updates import updates_too_small
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.look import LayerLook, Look, look_document, look_of
from hpsearch.stage import StageName
from hpsearch.study import StudyDefinition
from hpsearch.training.looks import moments
from hpsearch.training.looks.weights import Weighed
from hpsearch.training.member import train_member
from hpsearch.training.samples.arrays import Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together
from hpsearch.trial import FinishedTrial, TrialResult
from tests.training.training_cases import classes, job, optimizer, own, train, values

STUDY = StudyDefinition.model_validate({"data": {"dataset": "digits"}, "network": "convnet"})
EPOCHS = Budget(epochs=40)
"""240 iterations: looks at 0, 120 and 238."""


def looked(fault: str = "", **changes: Any) -> Job:
    """A job of a network with that fault."""
    network = NetworkSettings(None, "tests.training.looked_networks:Body", {"fault": fault})
    return job(network, EPOCHS, **{"optimizer": optimizer(learning_rate=0.02), **changes})


def codes_of(fault: str, dataset: Dataset | None = None, **changes: Any) -> set[str]:
    """Of the rules on looks that find something."""
    wanted, dataset = looked(fault, **changes), dataset or classes()
    found = diagnose(FinishedTrial(wanted, train(wanted, dataset)), STUDY, dataset.task)
    return {finding.code for finding in found if finding.code.startswith("HC3")}


@pytest.mark.parametrize("total", [0, 1, 7, 69, 129, 130, 250, 408, 1000, 10**6])
def test_there_are_few_looks_and_they_follow_from_the_number_of_iterations(total: int) -> None:
    steps = moments(total)
    assert all(0 <= step < total for step in steps)
    assert len(steps) <= max(1, total // 65)  # each costs two iterations of the smallest network at most
    assert total < 130 or {0, total - 2} <= steps


def test_nothing_depends_on_looks() -> None:
    """In float32, with dropout and batch norm, alone and as one network: the results are equal bit for bit."""
    dataset = classes()
    arrays, arithmetic = Shelf(dataset, "cpu").arrays(channels_last=False), Arithmetic()
    jobs = [job(own("small", dropout=0.3), EPOCHS, number=n, weights_seed=n, order_seed=9 + n) for n in range(2)]
    for one in jobs:
        seen, blind = (train_member(one, arrays, arithmetic, looks=looks) for looks in (True, False))
        assert [look.step for look in seen.looks] == sorted(moments(240))
        assert seen.looks[0].influence == 0
        assert blind.looks == ()
        assert replace(seen, looks=()) == blind
    seen_all, blind_all = (
        {one.number: one for one in train_together(jobs, arrays, arrays, arithmetic, looks=looks)}
        for looks in (True, False)
    )
    assert {number: replace(one, looks=()) for number, one in seen_all.items()} == blind_all


def test_a_member_is_seen_as_it_would_be_alone() -> None:
    dataset = classes()
    arrays, arithmetic = Shelf(dataset, "cpu").arrays(channels_last=False), Arithmetic()
    jobs = [
        replace(looked("hidden" if kind else ""), number=number, weights_seed=number, order_seed=number)
        for kind in (0, 1)
        for number in range(2)
    ]
    for pair in (jobs[:2], jobs[2:]):
        alone = [train_member(one, arrays, arithmetic) for one in pair]
        found = {one.number: one for one in train_together(pair, arrays, arrays, arithmetic)}
        for one in alone:
            assert_alike(found[one.number].looks[0], one.looks[0])
            assert found[one.number].looks[0].bend == pytest.approx(one.looks[0].bend, rel=0.05)
            assert (one.looks[0].bend or 0.0) > 0.01
            assert_names_alike(found[one.number], one)
            ours, theirs = found[one.number].looks[-1], one.looks[-1]
            assert (ours.evaluated_loss, ours.trained_loss) == pytest.approx(
                (theirs.evaluated_loss, theirs.trained_loss), rel=0.1, abs=0.01
            )
            assert [layer.twin_share for layer in ours.layers] == [layer.twin_share for layer in theirs.layers]


def assert_alike(found: Look, expected: Look) -> None:
    """Equal but for rounding."""
    assert found.outputs is not None
    assert expected.outputs is not None
    assert asdict(found.outputs) == pytest.approx(asdict(expected.outputs), rel=0.01, abs=1e-4)
    for one, other in zip(found.layers, expected.layers, strict=True):
        assert (one.name, one.kind) == (other.name, other.kind)
        ours, theirs = (
            {key: number for key, number in asdict(layer).items() if isinstance(number, float)}
            for layer in (one, other)
        )
        assert ours == pytest.approx(theirs, rel=0.01, abs=1e-4)


def assert_names_alike(found: TrialResult, expected: TrialResult) -> None:
    """The same steps, layers and names."""
    for one, other in zip(found.looks, expected.looks, strict=True):
        assert (one.step, one.frozen) == (other.step, other.frozen)
        assert (one.evaluating, one.training, one.influence) == (other.evaluating, other.training, other.influence)
        assert [(layer.name, layer.kind) for layer in one.layers] == [
            (layer.name, layer.kind) for layer in other.layers
        ]


def test_the_numbers_of_a_look_are_those_of_the_network() -> None:
    dataset, wanted = classes(), looked()
    first = train(wanted, dataset).looks[0]
    torch.manual_seed(wanted.weights_seed)
    from hpsearch.training.samples.order import DataOrder  # noqa: PLC0415
    from tests.training.looked_networks import Body  # noqa: PLC0415

    network = Body(dataset.task.input_shape, 3)
    chosen = DataOrder(wanted.order_seed, 45, None, 8).one_pass()[0]
    maps = network.first(dataset.train.images[chosen]).detach()
    assert [(layer.name, layer.kind) for layer in first.layers[:2]] == [
        ("first", "Conv2d"),
        ("relu after first", "relu"),
    ]
    conv, relu = first.layers[:2]
    assert conv.output_mean == pytest.approx(float(maps.mean()), rel=1e-3)
    assert conv.output_std == pytest.approx(float(maps.std(correction=0)), rel=1e-3)
    assert relu.zero_share == pytest.approx(float((maps <= 0).float().mean()), rel=1e-3)
    assert conv.weight_norm == pytest.approx(float(network.first.weight.detach().norm()), rel=1e-3)
    assert conv.weight_std == pytest.approx(float(network.first.weight.detach().std(correction=0)), rel=1e-3)
    assert conv.weight_count == network.first.weight.numel()
    loss = torch.nn.functional.cross_entropy(network(dataset.train.images[chosen]), dataset.train.targets[chosen])
    loss.backward()
    assert conv.gradient_norm == pytest.approx(float(network.first.weight.grad.norm()), rel=1e-3)  # type: ignore[union-attr]
    assert conv.update_norm == pytest.approx(0.02 * float(network.first.weight.grad.norm()), rel=1e-2)  # type: ignore[union-attr]
    assert look_of(look_document(first)) == first


def test_one_number_for_each_channel_is_no_layer_of_equal_units() -> None:
    values = {"slopes": torch.full((1, 8), 0.25), "scale": torch.ones(1, 1, 8, 1, 1), "head": torch.ones(1, 1, 8)}
    weighed = Weighed(values, dict.fromkeys(values), spread=True)
    assert weighed.are_matrices == (False, False, True)


def test_a_sound_network_has_no_finding() -> None:
    assert codes_of("") == set()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("dead", "HC301"),
        ("saturated", "HC302"),
        ("hidden", "HC304"),
        ("dropout", "HC305"),
        ("unused", "HC315"),
        ("frozen", "HC316"),
        ("equal", "HC321"),
        ("huge", "HC322"),
        ("mixing", "HC331"),
        ("softmax", "HC332"),
        ("linear", "HC334"),
        ("otherwise", "HC341"),
        ("always", "HC342"),
    ],
)
def test_a_fault_is_found(fault: str, code: str) -> None:
    assert code in codes_of(fault, batch_size=16 if fault == "dead" else 8)


@pytest.mark.parametrize("rate", [0.02, 0.0])
def test_frozen_layers_are_told_of_a_training_with_one_look_near_its_end(rate: float) -> None:
    """What is frozen is told, and nothing else: at a rate of 0 all that is to be trained stands still too."""
    wanted, dataset = (
        replace(looked("frozen"), budget=Budget(steps=20), optimizer=optimizer(learning_rate=rate)),
        classes(),
    )
    result = train(wanted, dataset)
    assert [look.step for look in result.looks] == [18]
    (told,) = [one for one in diagnose(FinishedTrial(wanted, result), STUDY, dataset.task) if one.code == "HC316"]
    assert told.evidence["frozen"] == ["first"]
    sound = replace(looked(), budget=Budget(steps=20), optimizer=wanted.optimizer)
    assert "HC316" not in {
        one.code for one in diagnose(FinishedTrial(sound, train(sound, dataset)), STUDY, dataset.task)
    }


def test_a_regression_may_foretell_numbers_that_are_never_negative_if_its_targets_are_none() -> None:
    dataset = values()
    assert codes_of("softmax", dataset) == {"HC332"}
    shares = replace(dataset.train, targets=dataset.train.targets.sigmoid().softmax(1))
    assert codes_of("softmax", replace(dataset, train=shares)) == set()


def test_learning_rates_that_move_nothing_and_everything() -> None:
    slow, dataset = looked(optimizer=optimizer(learning_rate=3e-5, momentum=0.0)), classes()
    trial = FinishedTrial(slow, train(slow, dataset))
    assert updates_too_small(Inside(trial, dataset.task)) is not None
    wanted = replace(looked(), budget=Budget(steps=150), optimizer=optimizer(learning_rate=300.0))
    found = diagnose(FinishedTrial(wanted, train(wanted, dataset)), STUDY, dataset.task)
    assert "HC314" in {finding.code for finding in found}


def test_weights_that_decay_away() -> None:
    assert "HC317" in codes_of("", optimizer=optimizer(learning_rate=0.05, weight_decay=2.0))


def test_the_scale_of_a_norm_decays_away_as_weights_do() -> None:
    """What is in front of a norm is not counted; the norms are, and they are most of what is left."""

    def layer(name: str, kind: str, norm: float) -> LayerLook:
        return LayerLook(name, kind, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, weight_norm=norm)

    def look(step: int, scale: float, head: float) -> Look:
        body = [layer(f"{kind}{n}", kind, scale) for n in range(2) for kind in ("Conv2d", "BatchNorm2d")]
        return Look(step, (*body, layer("head", "Linear", head)))

    wanted = looked(optimizer=optimizer(l1=0.1))
    result = replace(
        train(replace(wanted, budget=Budget(steps=20)), classes()), looks=(look(0, 4, 1), look(18, 0.2, 0.5))
    )
    remark = weights_decay_away(Inside(FinishedTrial(wanted, result), classes().task))
    assert remark is not None
    assert "2 of 3 layers" in remark.sentence
    assert "an L1 of 0.1" in remark.sentence


def test_budgets_in_steps_are_looked_into_too() -> None:
    wanted = replace(looked("dead"), budget=Budget(steps=200), batch_size=16)
    result = train(wanted, classes())
    assert [look.step for look in result.looks] == [0, 100, 198]
    first = train(replace(looked(), budget=Budget(steps=0), stage=StageName.INITIAL_LOSS), classes())
    assert [look.step for look in first.looks] == [0]
    assert {layer.update_norm for layer in first.looks[0].layers} == {None}
    assert first.looks[0].still == ()
