"""How much memory one iteration of training takes, predicted without taking any.

The iteration itself runs on PyTorch's meta device, forward, backward and all, while every storage is followed from
its birth to its end. So the peak is that of the very order in which autograd keeps and frees; it is not the sum of the
parts, because gradients appear while activations go.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from hpsearch.cost.live import LiveMemory
from hpsearch.cost.weightless import weightless
from hpsearch.cost.workspace import BLOCK_BYTES, LIBRARY_BYTES, DeviceKind
from hpsearch.networks.outputs import Outputs
from hpsearch.optimization import OptimizerName
from hpsearch.task import LossName


@dataclass(frozen=True)
class Step:
    """What an iteration does besides the network."""

    batch_size: int
    optimizer: OptimizerName = "sgd"
    momentum: float = 0.9
    """Of SGD and RMSprop; 0 keeps no state for it."""
    loss: LossName = "cross_entropy"
    device: DeviceKind = "cuda"
    channels_last: bool = False
    """Whether maps lie in memory as (N, H, W, C)."""
    evaluated: int = 0
    """Images that an evaluation looks at at once; 0 for none."""


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes that training takes, and what they are for."""

    step: Step
    weights_bytes: int
    """Parameters and buffers."""
    gradients_bytes: int
    """One for each number that is trained."""
    optimizer_bytes: int
    """Momentum, Adam's two moments, or the squares of RMSprop and Adagrad."""
    activations_bytes: int
    """What autograd keeps for the backward pass, each storage once; weights and the batch aside."""
    batch_bytes: int
    """Images, targets and the indices by which they were chosen."""
    workspace_bytes: int
    """Allowance for what libraries take beside tensors; see ``hpsearch.cost.workspace``."""
    step_bytes: int
    """The most that is alive at once in an iteration, workspace included."""
    evaluation_bytes: int
    """The most that is alive at once in an evaluation, with the optimiser's state but without a batch of training."""

    @property
    def peak_bytes(self) -> int:
        """The most that is alive at once while a trial trains and is evaluated, the data set aside."""
        return max(self.step_bytes, self.evaluation_bytes)


def training_memory(network: nn.Module, input_shape: tuple[int, int, int], outputs: int, step: Step) -> TrainingMemory:
    """Predicts one iteration, in training mode, on images of ``input_shape`` (C, H, W) with ``outputs`` outputs.

    Counted is what the allocator hands out, as ``torch.cuda.max_memory_allocated`` does: not the process itself, not
    the device's context, and not the data set, which lies on the device too. The network is left as it is. One that
    cannot run on the meta device is measured with real numbers on the CPU, on 2 and 4 samples, and from these on a
    straight line. Raises what the network's own forward raises.
    """
    try:
        return _predicted(weightless(network), input_shape, outputs, step)
    except Exception:  # noqa: BLE001  (whatever it was, the pass on real numbers says it better)
        real = copy.deepcopy(network).to("cpu")
        with torch.random.fork_rng(devices=[]):
            two, four = (_predicted(real, input_shape, outputs, replace(step, batch_size=size)) for size in (2, 4))
        return _on_line(two, four, step)


def _predicted(network: nn.Module, input_shape: tuple[int, int, int], outputs: int, step: Step) -> TrainingMemory:
    if step.channels_last:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    device = next(network.parameters(), torch.empty(0, device="meta")).device
    images, targets, chosen = _batch(input_shape, outputs, step, device)
    weights = [*network.parameters(), *network.buffers()]
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    states = _states(trained, step)
    memory = LiveMemory(BLOCK_BYTES[step.device])
    memory.add([*weights, *states, images, targets, chosen])
    kept: dict[int, int] = {}
    with memory, torch.autograd.graph.saved_tensors_hooks(_keeper(kept), lambda saved: saved):
        loss = _loss(network.train()(images), targets, step.loss)
        if loss.requires_grad:
            torch.autograd.backward(loss)
    counted = {_key(one) for one in (*weights, images, targets)}
    return TrainingMemory(
        step,
        weights_bytes=_sizes(weights),
        gradients_bytes=_sizes(parameter.grad for parameter in trained if parameter.grad is not None),
        optimizer_bytes=_sizes(states),
        activations_bytes=sum(size for key, size in kept.items() if key not in counted),
        batch_bytes=_sizes((images, targets, chosen)),
        workspace_bytes=LIBRARY_BYTES[step.device],
        step_bytes=memory.peak_bytes + LIBRARY_BYTES[step.device],
        evaluation_bytes=_evaluation(network, input_shape, [*weights, *states], step) if step.evaluated else 0,
    )


def _evaluation(network: nn.Module, input_shape: tuple[int, int, int], before: list[Tensor], step: Step) -> int:
    for parameter in network.parameters():
        parameter.grad = None
    images = torch.zeros(step.evaluated, *input_shape, device=before[0].device if before else "meta")
    memory = LiveMemory(BLOCK_BYTES[step.device])
    memory.add(before)  # the images are a part of the data set, which is counted apart
    with memory, torch.no_grad():
        network.eval()(images)
    return memory.peak_bytes + LIBRARY_BYTES[step.device]


def _batch(
    input_shape: tuple[int, int, int], outputs: int, step: Step, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    images = torch.zeros(step.batch_size, *input_shape, device=device)
    if step.channels_last:
        images = images.contiguous(memory_format=torch.channels_last)
    chosen = torch.zeros(step.batch_size, dtype=torch.int64, device=device)
    if step.loss == "cross_entropy":
        return images, torch.zeros(step.batch_size, dtype=torch.int64, device=device), chosen
    return images, torch.zeros(step.batch_size, outputs, device=device), chosen


def _states(trained: list[nn.Parameter], step: Step) -> list[Tensor]:
    """What the optimiser keeps from one iteration to the next."""
    if step.optimizer == "sgd":
        return [_alike(one) for one in trained] if step.momentum else []
    if step.optimizer in ("rmsprop", "adagrad"):
        count = 2 if step.optimizer == "rmsprop" and step.momentum else 1
        return [_alike(one) for one in trained for _ in range(count)]
    moments = [_alike(one) for one in trained for _ in range(2)]
    return [*moments, *(torch.zeros((), device=one.device) for one in trained)]


def _alike(weights: Tensor) -> Tensor:
    """As much memory; what lies in it does not matter."""
    return torch.empty_strided(weights.shape, weights.stride(), dtype=weights.dtype, device=weights.device)


def _loss(made: Any, targets: Tensor, name: LossName) -> Tensor:
    if isinstance(made, Outputs):
        main = _loss(made.logits, targets, name)
        for logits in made.auxiliary:
            main = main + made.weight * _loss(logits, targets, name)
        return main
    if name == "cross_entropy":
        return functional.cross_entropy(made, targets)
    return (functional.l1_loss if name == "l1" else functional.mse_loss)(made, targets)


def _keeper(kept: dict[int, int]) -> Any:
    def keep(saved: Tensor) -> Tensor:
        kept[_key(saved)] = saved.untyped_storage().nbytes()
        return saved

    return keep


def _key(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001  (the identity of the memory, which tensors share)


def _sizes(tensors: Iterable[Tensor]) -> int:
    return sum({_key(one): one.untyped_storage().nbytes() for one in tensors}.values())


def _on_line(two: TrainingMemory, four: TrainingMemory, step: Step) -> TrainingMemory:
    def at(name: str) -> int:
        low, high = getattr(two, name), getattr(four, name)
        return int(max(low, low + (high - low) / 2 * (step.batch_size - 2)))

    names = ("weights", "gradients", "optimizer", "activations", "batch", "workspace", "step", "evaluation")
    return TrainingMemory(step, **{f"{name}_bytes": at(f"{name}_bytes") for name in names})
