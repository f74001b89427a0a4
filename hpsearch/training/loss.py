"""What is minimised, and what a network must return for it."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from hpsearch.errors import TrialError
from hpsearch.networks.outputs import Outputs
from hpsearch.task import Task
from hpsearch.training.precision import in_float32

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""(outputs (N, K), targets) to the mean over samples (and, for regression, over outputs)."""


def loss_function(task: Task, label_smoothing: float = 0.0) -> LossFunction:
    """The loss of a task. Smoothing gives each class ``label_smoothing`` / K of the target's probability."""
    if task.loss == "cross_entropy":
        return partial(functional.cross_entropy, label_smoothing=label_smoothing)
    return functional.l1_loss if task.loss == "l1" else functional.mse_loss


def predictions(network: nn.Module, images: Tensor, task: Task) -> Tensor:
    """The network's outputs (N, K) for images (N, C, H, W); raises TrialError for anything of another shape."""
    return training_outputs(network, images, task).logits


def training_outputs(network: nn.Module, images: Tensor, task: Task) -> Outputs:
    """The network's outputs, and those of its auxiliary classifiers if it has any and trains.

    All are (N, K), in float32 at least, for images (N, C, H, W); raises TrialError for anything of another shape.
    """
    made = network(images)
    outputs = made if isinstance(made, Outputs) else Outputs(made, (), 0.0)
    for found in (outputs.logits, *outputs.auxiliary):
        _refuse_other_shapes(found, (len(images), task.outputs))
    return Outputs(in_float32(outputs.logits), tuple(in_float32(one) for one in outputs.auxiliary), outputs.weight)


def with_auxiliary(main: Tensor, outputs: Outputs, targets: Tensor, loss: LossFunction) -> Tensor:
    """What is minimised: the loss of the main outputs, and with their weight those of the auxiliary classifiers."""
    total = main
    for logits in outputs.auxiliary:
        total = total + outputs.weight * loss(logits, targets)
    return total


def _refuse_other_shapes(outputs: object, expected: tuple[int, int]) -> None:
    if not isinstance(outputs, Tensor) or outputs.shape != expected:
        found = f"shape {tuple(outputs.shape)}" if isinstance(outputs, Tensor) else f"a {type(outputs).__name__}"
        raise TrialError(
            f"the network must return a tensor of shape (batch, outputs) = {expected} and returned {found}; "
            f"end it with a layer of {expected[1]} outputs"
        )
