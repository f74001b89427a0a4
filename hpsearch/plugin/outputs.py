"""How many outputs a network has that an assertion is about."""

import torch
from torch import Tensor, nn

from hpsearch.factory import USERS_FAILURES
from hpsearch.preflight.forward import forward_problem


def outputs_of(network: nn.Module, images: Tensor) -> int:
    """K of the logits (N, K). Raises AssertionError, which says what to change, if it gives anything else or fails."""
    __tracebackhide__ = True
    two = images[:2]
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        try:
            found = network.eval()(two)
        except USERS_FAILURES as error:
            problem = forward_problem(network, two, 0)
            raise AssertionError(f"{problem}" if problem else f"the network's forward raised {error}") from error
        outputs = _meant(found, len(two))
        if outputs is None:
            what = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
            raise AssertionError(
                f"the network must give logits (N, K) for images (N, …); for {len(two)} samples it gave {what}"
            )
        problem = forward_problem(network, two, outputs)
    if problem is not None:
        raise AssertionError(str(problem))
    return outputs


def _meant(found: object, samples: int) -> int | None:
    """How many outputs are meant by what a network gives for so many samples; None if that cannot be told."""
    if not isinstance(found, Tensor) or found.ndim < 2:
        return None
    turned = found.ndim == 2 and found.shape[0] != samples and found.shape[1] == samples
    return found.shape[0] if turned else found.shape[1]
