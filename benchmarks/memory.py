"""Predicted against measured memory of one iteration of training, for all named networks.

``python -m benchmarks.memory [--networks NAME …] [--batches 4 8 16] [--side 64] [--contiguous]`` runs iterations on the
CPU and prints a table in Markdown. Measured is the peak of what PyTorch's allocator hands out, read from the
profiler's memory events, with the training room's own optimisers; predicted is ``hpsearch.cost.memory``.
"""

import argparse
import gc
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.cost.memory import OptimizerName, Step, training_memory
from hpsearch.job import NetworkSettings, OptimizerSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.outputs import Outputs
from hpsearch.networks.table import NETWORKS
from hpsearch.training.optimizer import Optimizer, optimizer_for

OUTPUTS = 10


class Run(NamedTuple):
    """One line of the table. Sizes are bytes."""

    network: str
    batch_size: int
    optimizer: OptimizerName
    predicted: int
    measured: int
    saved: int
    """Kept for the backward pass, counted in the real iteration."""
    saved_predicted: int
    took_s: float
    """To predict."""

    @property
    def ratio(self) -> float:
        """Predicted / measured."""
        return self.predicted / self.measured


def handed_out(work: Callable[[], Any]) -> tuple[int, int]:
    """Bytes that the CPU's allocator gave and did not get back while ``work`` ran: the most at once, and at the end."""
    from torch.profiler import ProfilerActivity, profile

    gc.collect()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        kept = work()
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    live = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        live += event.nbytes()
        most = max(most, live)
    del kept
    return most, live


def measured_step(
    network: nn.Module, input_shape: tuple[int, int, int], batch_size: int, optimizer: OptimizerName, *, last: bool
) -> tuple[int, int]:
    """The peak of a whole iteration, and what autograd keeps; ``last`` for channels-last maps."""
    if last:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.train()
    settings = OptimizerSettings(optimizer, 1e-4, 1e-4, 0.9, "constant", 1.0, 1.0)
    made: list[Optimizer] = []
    weights = _bytes([*network.parameters(), *network.buffers()])
    states = handed_out(lambda: made.append(optimizer_for(settings, network.parameters(), 1e-4)))[1]
    kept: dict[int, int] = {}

    def iteration() -> None:
        chosen = torch.arange(batch_size)
        images = torch.randn(batch_size, *input_shape)
        images = images.contiguous(memory_format=torch.channels_last) if last else images
        targets = chosen % OUTPUTS
        torch.autograd.backward(_loss(network(images), targets))
        made[0].step(1e-4)

    iteration()  # the first one also fills the libraries' caches
    counted = torch.zeros(batch_size, *input_shape)
    counted = counted.contiguous(memory_format=torch.channels_last) if last else counted
    targets = torch.arange(batch_size) % OUTPUTS
    own = {_key(one) for one in (*network.parameters(), *network.buffers(), counted, targets)}

    def keep(saved: Tensor) -> Tensor:
        if _key(saved) not in own:
            kept[_key(saved)] = saved.untyped_storage().nbytes()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        loss = _loss(network(counted), targets)
    del loss
    return weights + states + handed_out(iteration)[0], sum(kept.values())


def compare(
    name: str, input_shape: tuple[int, int, int], batch_size: int, optimizer: OptimizerName, *, last: bool
) -> Run:
    """Predicts and measures one network."""
    network = build_network(NetworkSettings(name, None, {}), input_shape, OUTPUTS, seed=0)
    begun = time.perf_counter()
    step = Step(batch_size, optimizer, device="cpu", channels_last=last)
    predicted = training_memory(network, input_shape, OUTPUTS, step)
    took = time.perf_counter() - begun
    peak, saved = measured_step(network, input_shape, batch_size, optimizer, last=last)
    return Run(name, batch_size, optimizer, predicted.step_bytes, peak, saved, predicted.activations_bytes, took)


def _loss(made: Any, targets: Tensor) -> Tensor:
    if not isinstance(made, Outputs):
        return functional.cross_entropy(made, targets)
    total = functional.cross_entropy(made.logits, targets)
    for logits in made.auxiliary:
        total = total + made.weight * functional.cross_entropy(logits, targets)
    return total


def _key(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001  (the identity of the memory, which tensors share)


def _bytes(tensors: Sequence[Tensor]) -> int:
    return sum({_key(one): one.untyped_storage().nbytes() for one in tensors}.values())


def main(arguments: Sequence[str]) -> None:
    """Prints the table and how many lines are within 10 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", default=sorted(NETWORKS))
    parser.add_argument("--batches", nargs="+", type=int, default=[4, 8, 16])
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--contiguous", action="store_true", help="maps as (N, C, H, W), as users' networks get them")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, {platform.machine()}, images 3×{chosen.side}×{chosen.side}, one thread\n")
    print("| network | batch | optimiser | predicted MB | measured MB | ratio | kept: predicted / counted | s |")
    print("|---|---:|---|---:|---:|---:|---:|---:|")
    runs = []
    for name in chosen.networks:
        for batch_size in chosen.batches:
            for optimizer in ("sgd", "adam"):
                shape = (3, chosen.side, chosen.side)
                run = compare(name, shape, batch_size, optimizer, last=not chosen.contiguous)
                runs.append(run)
                print(
                    f"| {run.network} | {run.batch_size} | {run.optimizer} | {run.predicted / 2**20:.2f} "
                    f"| {run.measured / 2**20:.2f} | {run.ratio:.3f} | {run.saved_predicted / run.saved:.3f} "
                    f"| {run.took_s:.2f} |",
                    flush=True,
                )
    within = sum(abs(run.ratio - 1) <= 0.1 for run in runs)
    print(f"\n{within} of {len(runs)} within 10 %")


if __name__ == "__main__":
    main(sys.argv[1:])
