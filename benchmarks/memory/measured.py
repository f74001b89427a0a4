"""One iteration of training on the CPU: what PyTorch's allocator hands out for it, against what is predicted.

Measured is the peak of the allocator, read from the profiler's memory events, with the training room's own optimisers;
what is kept for the backward pass is counted through ``torch.autograd.graph.saved_tensors_hooks``. Predicted is
``hpsearch.cost.memory``.
"""

import gc
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.cost.memory import Step, training_memory
from hpsearch.job import NetworkSettings, OptimizerSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.outputs import Outputs
from hpsearch.optimization import OptimizerName
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


def compare(
    name: str, input_shape: tuple[int, int, int], batch_size: int, optimizer: OptimizerName, *, last: bool
) -> Run:
    """Predicts and measures one network; ``last`` for channels-last maps."""
    network = build_network(NetworkSettings(name, None, {}), input_shape, OUTPUTS, seed=0)
    begun = time.perf_counter()
    step = Step(batch_size, optimizer, device="cpu", channels_last=last)
    predicted = training_memory(network, input_shape, OUTPUTS, step)
    took = time.perf_counter() - begun
    peak, saved = measured_step(network, input_shape, batch_size, optimizer, last=last)
    return Run(name, batch_size, optimizer, predicted.step_bytes, peak, saved, predicted.activations_bytes, took)


def predicted_bytes(name: str, input_shape: tuple[int, int, int], batch_size: int) -> int:
    """Of an iteration with Adam, without taking any."""
    with torch.device("meta"):
        network = build_network(NetworkSettings(name, None, {}), input_shape, OUTPUTS, seed=0)
    return training_memory(network, input_shape, OUTPUTS, Step(batch_size, "adam", device="cpu")).step_bytes


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
