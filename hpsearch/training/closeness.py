"""Whether a network can be trained in half precision: its first gradient must point where the exact one points."""

import torch
from torch import Tensor

from hpsearch.errors import TrialError
from hpsearch.job import Job
from hpsearch.training.isolation import own_randomness
from hpsearch.training.loss import loss_function, training_outputs
from hpsearch.training.member import network_of
from hpsearch.training.precision import Autocast
from hpsearch.training.samples.arrays import Arrays
from hpsearch.training.samples.order import DataOrder

LEAST_COSINE = 0.98
"""Between the two gradients. Heuristic: see docs/decisions/0102."""


def refuse_other_gradients(job: Job, arrays: Arrays, order: DataOrder) -> None:
    """Raises TrialError if the gradient of the first batch in the job's precision is another than in float32."""
    batch = arrays.batch(order.one_pass()[0])
    found = cosine(_gradient(job, arrays, batch, "float32"), _gradient(job, arrays, batch, job.precision))
    if not found >= LEAST_COSINE:
        raise TrialError(f"the first gradient in {job.precision} has a cosine of {found:.3f} with that in float32")


def cosine(one: Tensor, other: Tensor) -> float:
    """Of the angle between two vectors; NaN if one is zero or not finite."""
    one, other = one.double(), other.double()
    return float(one @ other / (one.norm() * other.norm()))


def _gradient(job: Job, arrays: Arrays, batch: tuple[Tensor, Tensor], precision: str) -> Tensor:
    """Of the loss at the initial weights, over all parameters; drawn numbers are the same every time."""
    images, targets = batch
    with own_randomness(job.order_seed, arrays.device):
        network = network_of(job, arrays).train()
        with Autocast(precision, arrays.device)():
            outputs = training_outputs(network, images, arrays.task)
        trained = [one for one in network.parameters() if one.requires_grad]
        loss = loss_function(arrays.task)(outputs.logits, targets)
        found = torch.autograd.grad(loss, trained, allow_unused=True)
    return torch.cat([one.flatten() for one in found if one is not None])
