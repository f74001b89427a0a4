"""What is minimised, and what a network must return for it."""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn
from torch.nn import functional

from hpsearch.errors import TrialError
from hpsearch.task import Task

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""(outputs (N, K), targets) to the mean over samples (and, for regression, over outputs)."""


def loss_function(task: Task, label_smoothing: float = 0.0) -> LossFunction:
    """The loss of a task. Smoothing gives each class ``label_smoothing`` / K of the target's probability."""
    if task.loss == "cross_entropy":
        return partial(functional.cross_entropy, label_smoothing=label_smoothing)
    return functional.l1_loss if task.loss == "l1" else functional.mse_loss


def predictions(network: nn.Module, images: Tensor, task: Task) -> Tensor:
    """The network's outputs (N, K) for images (N, C, H, W); raises TrialError for anything of another shape."""
    outputs = network(images)
    expected = (len(images), task.outputs)
    if not isinstance(outputs, Tensor) or outputs.shape != expected:
        found = f"shape {tuple(outputs.shape)}" if isinstance(outputs, Tensor) else f"a {type(outputs).__name__}"
        raise TrialError(
            f"the network must return a tensor of shape (batch, outputs) = {expected} and returned {found}; "
            f"end it with a layer of {task.outputs} outputs"
        )
    return outputs
