"""Layers that a network should not have."""

from torch import Tensor, nn


class Unused(nn.Module):
    """A network with a layer that is never called."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.forgotten = nn.Linear(32, 32)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images)
        return found


class Detached(nn.Module):
    """What its layer gives, cut off from the gradient."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.layer(images)
        return found.detach()


class Scaled(nn.Module):
    """The outputs times a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, outputs: Tensor) -> Tensor:
        return outputs * self.factor
