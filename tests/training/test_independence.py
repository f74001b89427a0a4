"""A result follows from the job and the data alone, bit for bit."""

import json
import random
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hpsearch.cohort import Cohort
from hpsearch.job import Budget, Job, NetworkSettings
from hpsearch.training.cohort import train_cohort
from hpsearch.trial import TrialResult, TrialState
from tests.training.training_cases import classes, job, optimizer, own, train

NETWORKS = {
    "named": NetworkSettings("convnet", None, {"depth": 2, "width": 4, "dropout": 0.3}),
    "own": own("small", dropout=0.3),
    "drawing": own("Drawing"),
}


def seeded(network: NetworkSettings, number: int, learning_rate: float = 0.05) -> Job:
    """Trial ``number`` with seeds of its own."""
    wanted = job(network, Budget(epochs=2), optimizer=optimizer("adam", learning_rate), evaluate_test=True)
    return replace(wanted, number=number, weights_seed=100 + number, order_seed=200 + number)


def trained(*jobs: Job) -> dict[int, TrialResult]:
    results = list(train_cohort(Cohort(jobs), classes()))
    assert sorted(result.number for result in results) == sorted(wanted.number for wanted in jobs)
    return {result.number: result for result in results}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_member_is_the_same_alone_and_in_any_cohort(network: NetworkSettings) -> None:
    jobs = [seeded(network, number) for number in range(4)]
    alone = {wanted.number: train(wanted, classes()) for wanted in jobs}
    assert all(result.state is TrialState.COMPLETE for result in alone.values())
    assert trained(*jobs) == alone
    assert trained(*reversed(jobs)) == alone
    assert trained(jobs[2], jobs[0]) == {0: alone[0], 2: alone[2]}
    assert len({result.step_losses for result in alone.values()}) == 4


@pytest.mark.parametrize("how", ["nan", "inf", "raise"])
def test_a_broken_member_leaves_the_others_as_they_are(how: str) -> None:
    """The rate of 1e30 makes the middle member diverge; the break is in a structure of its own."""
    sound = [seeded(own("small", dropout=0.3), 0), seeded(own("small", dropout=0.3), 2)]
    exploding = seeded(own("small", dropout=0.3), 1, learning_rate=1e30)
    broken = replace(seeded(own("Breaking", how=how, after=3), 3))
    alone = trained(*sound)
    train(broken, classes())
    together = trained(sound[0], exploding, sound[1])
    assert together[1].state is TrialState.FAILED
    assert {number: together[number] for number in (0, 2)} == alone


def test_code_that_changes_the_whole_process_changes_its_own_member_only() -> None:
    wanted = seeded(NETWORKS["drawing"], 0)
    before = train(wanted, classes())
    careless = train(seeded(own("Careless"), 1), classes())
    assert careless.reason is None
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()
    assert train(wanted, classes()) == before


def test_training_leaves_the_callers_generators_as_they_were() -> None:
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    expected = (torch.rand(3).tolist(), np.random.random(3).tolist(), random.random())
    torch.manual_seed(3)
    np.random.seed(3)
    random.seed(3)
    train(seeded(NETWORKS["drawing"], 0), classes())
    assert (torch.rand(3).tolist(), np.random.random(3).tolist(), random.random()) == expected


def test_the_callers_state_does_not_change_a_result() -> None:
    wanted = seeded(NETWORKS["drawing"], 0)
    expected = train(wanted, classes())
    torch.manual_seed(77)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            assert train(wanted, _in_float32()) == expected
    finally:
        torch.set_default_dtype(torch.float32)


def _in_float32():  # type: ignore[no-untyped-def]
    torch.set_default_dtype(torch.float32)
    dataset = classes()
    torch.set_default_dtype(torch.float64)
    return dataset


def test_seeds_decide_weights_order_and_dropout() -> None:
    wanted = seeded(NETWORKS["own"], 0)
    losses = train(wanted, classes()).step_losses
    assert train(replace(wanted, weights_seed=1), classes()).step_losses != losses
    assert train(replace(wanted, order_seed=1), classes()).step_losses != losses
    assert train(replace(wanted, number=9), classes()).step_losses == losses


def test_the_order_seed_decides_dropout() -> None:
    same = classes()
    same.train.images[:] = same.train.images[0]  # with all samples the same their order changes nothing
    same.train.targets[:] = 0
    wanted = job(own("small", dropout=0.5, norm=False), Budget(steps=1))
    first, again, other = (train(replace(wanted, order_seed=seed), same).step_losses for seed in (1, 1, 2))
    assert first == again != other


def test_another_process_gives_the_same_bits_and_imports_nothing_heavy() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=120,
    )
    answer = json.loads(finished.stdout)
    assert answer["heavy"] == []
    for name, result in answer["results"].items():
        mine = asdict(train(seeded(NETWORKS[name], 5), classes()))
        del mine["duration_s"], result["duration_s"]
        assert json.loads(json.dumps(mine)) == result


PROGRAM = """
import json, sys
from dataclasses import asdict
import hpsearch.training.cohort
import torch
torch.set_num_threads(1)
from tests.training.training_cases import classes, train
from hpsearch.training.cohort import train_cohort
import numpy, random
junk = [torch.randn(3 + 7 * n) for n in range(50)]
import tests.training.test_independence as cases
results = {name: asdict(train(cases.seeded(network, 5), classes())) for name, network in cases.NETWORKS.items()}
heavy = [name for name in ("ray", "sqlalchemy", "fastapi", "optuna", "torch._dynamo", "sklearn") if name in sys.modules]
print(json.dumps({"heavy": heavy, "results": results}))
"""
