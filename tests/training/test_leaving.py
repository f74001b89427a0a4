"""Members that leave a stacked cohort before the others, and cohorts that cannot be stacked."""

from dataclasses import replace

import pytest

from hpsearch.cohort import Arrangement, Cohort
from hpsearch.job import Budget, NetworkSettings
from hpsearch.training.cohort import train_cohort
from hpsearch.training.curves import FLUSH_EVERY
from hpsearch.training.seat import room_for
from hpsearch.trial import Failure, TrialState
from tests.training.test_together import assert_alike, together, varied
from tests.training.training_cases import classes, optimizer, own, train

CONVNET = NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3})
GELU = NetworkSettings("convnet", None, {"depth": 2, "width": 3, "activation": "gelu"})


@pytest.mark.parametrize("network", [own("small", dropout=0.3), CONVNET, GELU], ids=["own", "named", "gelu"])
@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
def test_a_member_that_diverges_changes_no_bit_of_the_others(network: NetworkSettings, memory_format: str) -> None:
    dataset = classes(shape=(3, 6, 6))
    jobs = varied(5, Budget(epochs=8), network=network, evaluate_test=True)
    exploding = [
        replace(jobs[number], optimizer=optimizer("sgd", 1e30, momentum=0.0)) if number in (0, 3) else jobs[number]
        for number in range(5)
    ]
    sound, beside = together(jobs, dataset, memory_format), together(exploding, dataset, memory_format)
    for number in (1, 2, 4):
        assert beside[number] == sound[number]
    for number in (0, 3):
        alone = train(exploding[number], dataset)
        assert (beside[number].state, beside[number].failure) == (TrialState.FAILED, Failure.DIVERGED)
        assert len(beside[number].step_losses) == len(alone.step_losses) < FLUSH_EVERY
        assert beside[number].reason == alone.reason


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
def test_a_cohort_that_has_lost_most_members_shrinks_without_a_change_in_the_others(memory_format: str) -> None:
    dataset = classes(shape=(3, 6, 6))
    jobs = varied(16, Budget(epochs=6), network=CONVNET)
    exploding = [
        wanted if wanted.number in (1, 7, 15) else replace(wanted, optimizer=optimizer("sgd", 1e30, momentum=0.0))
        for wanted in jobs
    ]
    sound, beside = together(jobs, dataset, memory_format), together(exploding, dataset, memory_format)
    for number in (1, 7, 15):
        assert beside[number] == sound[number]


@pytest.mark.parametrize(
    ("members", "places", "ends_early", "room"),
    [
        *((16, 16, False, 16), (9, 16, False, 16), (8, 16, False, 8), (3, 32, False, 8), (1, 8, False, 8)),
        *((5, 12, False, 12), (9, 16, True, 16), (5, 12, True, 6), (1, 8, True, 2), (1, 2, True, 2), (0, 4, True, 2)),
    ],
)
def test_places_that_are_kept(members: int, places: int, ends_early: bool, room: int) -> None:
    assert room_for(members, places, ends_early=ends_early) == room


def test_all_members_can_diverge() -> None:
    jobs = varied(3, network=own("small"), optimizer=optimizer("sgd", 1e30))
    assert {result.failure for result in together(jobs, classes()).values()} == {Failure.DIVERGED}


def test_patience_ends_each_member_at_its_own_epoch() -> None:
    dataset = classes()
    jobs = [
        replace(wanted, optimizer=optimizer("sgd", (0.3, 0.001, 0.1, 0.05)[wanted.number], momentum=0.9))
        for wanted in varied(4, Budget(epochs=15, patience=2), network=own("Double", dropout=0.1), evaluate_test=True)
    ]
    found = together(jobs, dataset)
    assert len({len(result.epochs) for result in found.values()}) > 1, "they leave at different times"
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset), 1e-10)
        assert found[wanted.number].state is TrialState.COMPLETE
        losses = [epoch.val_loss for epoch in found[wanted.number].epochs]
        if len(losses) < 15:
            assert min(losses[-2:]) >= min(losses[:-2])
        for end in range(3, len(losses)):
            assert min(losses[end - 2 : end]) < min(losses[: end - 2]), "patience was not spent before"


def test_members_that_have_learned_leave() -> None:
    dataset = classes()
    jobs = [
        replace(wanted, optimizer=optimizer("adam", (0.05, 0.003, 1e-6)[wanted.number]))
        for wanted in varied(3, Budget(steps=60, samples=16, until_learned=True), network=own("Double"))
    ]
    found = together(jobs, dataset)
    for wanted in jobs:
        assert_alike(found[wanted.number], train(wanted, dataset))
    assert [found[number].learned for number in range(3)] == [True, True, False]
    assert len(found[0].step_losses) != len(found[1].step_losses)


def test_a_rung_ends_pruned_with_the_rates_of_the_whole_training() -> None:
    dataset = classes()
    whole = varied(2, Budget(epochs=6), optimizer=optimizer("sgd", 0.01, schedule="cosine"), evaluate_test=True)
    rung = [replace(wanted, budget=Budget(epochs=6, until_epoch=2)) for wanted in whole]
    found, full = together(rung, dataset), together(whole, dataset)
    for number in range(2):
        for result in (found[number], train(rung[number], dataset)):
            assert result.state is TrialState.PRUNED
            assert result.reason == "stopped as planned after epoch 2 of 6"
            assert result.value is None
            assert result.parameter_count is not None
        assert found[number].step_losses == full[number].step_losses[:12]
        assert found[number].epochs == full[number].epochs[:2]
    last = replace(whole[0], budget=Budget(epochs=6, until_epoch=6))
    assert train(last, dataset) == train(whole[0], dataset)


@pytest.mark.parametrize("name", ["Drawing", "DrawingLate", "Careless", "Rising", "Breaking", "unbuildable"])
def test_what_cannot_be_stacked_is_trained_alone_with_the_same_results(name: str) -> None:
    dataset = classes()
    jobs = tuple(varied(2, Budget(epochs=2), network=own(name)))
    results = list(train_cohort(Cohort(jobs, Arrangement(2, stacked=True)), dataset))
    assert results == [train(wanted, dataset) for wanted in jobs]
    assert all(result.alone_because for result in results)


def test_a_cohort_without_memory_to_be_stacked_is_trained_alone() -> None:
    """The network has its memory taken away where two members are in it."""
    dataset = classes()
    jobs = tuple(varied(2, Budget(epochs=2), network=own("Greedy")))
    results = list(train_cohort(Cohort(jobs, Arrangement(2, stacked=True)), dataset))
    assert results == [train(wanted, dataset) for wanted in jobs]
    assert all("MemoryError" in (result.alone_because or "") for result in results)


def test_jobs_without_updates_are_looked_at_one_by_one() -> None:
    jobs = tuple(varied(2, Budget(steps=0)))
    results = list(train_cohort(Cohort(jobs, Arrangement(2, stacked=True)), classes()))
    assert results == [train(wanted, classes()) for wanted in jobs]
