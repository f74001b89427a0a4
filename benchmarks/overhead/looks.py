"""What looks inside the smallest networks cost: the same training with and without them, by turns, in processor time.

Digits in batches of 32 are 45 iterations an epoch of a millisecond or less, which is where looks weigh most. Each round
trains every case once with looks and once without, in an order that changes from round to round; what is told is the
median of the rounds' ratios, with the quartiles, and the ratio of the least times, which neighbours disturb less.

    pip install -e '.[test]' && python -m benchmarks.overhead.looks --rounds 12
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from typing import NamedTuple

import torch
from torch import nn

from hpsearch.data.loading import load_dataset
from hpsearch.job import Budget, DataSettings, Job, NetworkSettings, OptimizerSettings
from hpsearch.stage import StageName
from hpsearch.training.member import train_member
from hpsearch.training.samples.arrays import Arrays, Shelf
from hpsearch.training.size import Arithmetic
from hpsearch.training.together import train_together

NETWORKS = {
    "LeNet": NetworkSettings("lenet", None, {}),
    "convnet, depth 2, width 8": NetworkSettings("convnet", None, {"depth": 2, "width": 8}),
    "two linear layers": NetworkSettings(None, f"{__spec__.name}:two_layers", {}),
}
BOUND = 0.03
"""Of the time without looks, at most."""


class Case(NamedTuple):
    """A training, of one network or of several as one."""

    network: str
    epochs: int
    members: int

    def jobs(self) -> list[Job]:
        """One for each member."""
        job = Job(
            stage=StageName.COARSE,
            number=0,
            parameters={},
            data=DataSettings("digits", None, None, {}, 0.2, 0.0, True, "auto", 0),
            batch_size=32,
            network=NETWORKS[self.network],
            optimizer=OptimizerSettings("sgd", 0.01, 0.0, 0.9, "constant", 0.1, 1 / 3),
            label_smoothing=0.0,
            budget=Budget(epochs=self.epochs),
            objective=None,
            regularised=True,
            weights_seed=1,
            order_seed=2,
        )
        return [replace(job, number=number, weights_seed=number, order_seed=number) for number in range(self.members)]


class Taken(NamedTuple):
    """One round of a case, in seconds of the processor."""

    seen_s: float
    blind_s: float

    @property
    def share(self) -> float:
        """What looks add, of the time without them."""
        return self.seen_s / self.blind_s - 1


def two_layers(input_shape: tuple[int, int, int], outputs: int) -> nn.Module:
    """The least that can be called a network with a hidden layer."""
    pixels = input_shape[0] * input_shape[1] * input_shape[2]
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, 32), nn.ReLU(), nn.Linear(32, outputs))


def seconds(case: Case, arrays: Arrays, *, looks: bool) -> float:
    """Of the processor, for the whole training with its evaluations."""
    jobs, arithmetic = case.jobs(), Arithmetic()
    began = time.process_time()
    if case.members == 1:
        results = [train_member(jobs[0], arrays, arithmetic, looks=looks)]
    else:
        results = list(train_together(jobs, arrays, arrays, arithmetic, looks=looks))
    took = time.process_time() - began
    if any(bool(result.looks) is not looks or result.reason for result in results):
        raise SystemExit(f"{case} was not trained as it should: {[result.reason for result in results]}")
    return took


def rounds_of(cases: list[Case], rounds: int) -> Iterator[tuple[Case, Taken]]:
    """Each case in each round, after one of each that does not count."""
    settings = cases[0].jobs()[0].data
    arrays = Shelf(load_dataset(settings), "cpu").arrays(channels_last=False)
    for number in range(-1, rounds):
        for case in cases:
            first = bool(number % 2)
            took = {looks: seconds(case, arrays, looks=looks) for looks in (first, not first)}
            if number >= 0:
                yield case, Taken(took[True], took[False])


def main() -> None:
    """Runs the rounds and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--epochs", default="1,4,10", help="lengths of the trainings, with commas between them")
    parser.add_argument("--members", default="1,4", help="sizes of the cohorts, with commas between them")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cases = [
        Case(network, int(epochs), int(members))
        for network in NETWORKS
        for members in options.members.split(",")
        for epochs in options.epochs.split(",")
    ]
    found: dict[Case, list[Taken]] = {case: [] for case in cases}
    for case, taken in rounds_of(cases, options.rounds):
        found[case].append(taken)
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, torch {version('torch')}, "
        f"n = {options.rounds}, of one thread.\n\n"
        "| network | members | iterations | without looks, ms | looks add: median (quartiles) | by the least times |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    for case, rounds in found.items():
        shares = [one.share for one in rounds]
        low, middle, high = statistics.quantiles(shares, n=4)
        least_s = min(one.blind_s for one in rounds)
        least = min(one.seen_s for one in rounds) / least_s - 1
        print(
            f"| {case.network} | {case.members} | {45 * case.epochs} | {1e3 * least_s:.1f} | "
            f"{'**' if middle > BOUND else ''}{middle:.1%}{'**' if middle > BOUND else ''} ({low:.1%} … {high:.1%}) | "
            f"{least:.1%} |"
        )


if __name__ == "__main__":
    main()
