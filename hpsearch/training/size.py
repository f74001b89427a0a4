"""How large the network of a trial is, for whoever compares accuracy against size."""

from torch import Tensor, nn

from hpsearch.cost.trace import traced


def parameter_count(network: nn.Module) -> int:
    """Numbers in its weights and biases, frozen ones included; those that are shared count once."""
    return sum(parameter.numel() for parameter in network.parameters())


class Arithmetic:
    """The multiply-adds of networks of one structure, counted once.

    A count is one pass of one sample, of which the members of a cohort need only one. It goes through the network
    itself, not through a weightless copy: that would import PyTorch's compiler, which takes seconds.
    """

    def __init__(self) -> None:
        self._asked = False
        self._found: int | None = None

    def multiply_adds(self, network: nn.Module, sample: Tensor) -> int | None:
        """For one sample (1, C, H, W), by the rules of ``hpsearch.cost.arithmetic``; None for a network that cannot
        be watched. The network is in evaluation mode afterwards, and what its own code changes or draws in a pass is
        changed and drawn: to be asked once nobody trains it any more."""
        if not self._asked:
            self._asked = True
            self._found = _counted(network, sample)
        return self._found


def _counted(network: nn.Module, sample: Tensor) -> int | None:
    try:
        return sum(layer.multiply_adds for layer in traced(network, sample))
    except (Exception, SystemExit):  # noqa: BLE001  (a user's own network; its trial has ended well without this)
        return None
