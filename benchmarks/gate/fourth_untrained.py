"""Networks with a mistake in what learns and in what layers do to signals, as somebody would have them in a module."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fourth_broken import Plain
from benchmarks.gate.fourth_networks import BasicBlock, ResNet, Shape


class NoActivations(nn.Module):
    """Convolutions and linear layers, and nothing between them."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(input_shape[0], 16, 3, padding=1), nn.BatchNorm2d(16), nn.Conv2d(16, 32, 3, 2, 1), nn.AvgPool2d(2)
        )
        self.fc1 = nn.Linear(32 * (input_shape[1] // 4) ** 2, 64)
        self.fc2 = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc2(self.fc1(self.convs(x).flatten(1)))
        return found


class Frozen(ResNet):
    """A body that was meant to be trained already, and has random weights."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, width=16, blocks=1)
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(name.startswith("fc"))


class Detached(Plain):
    """Features are detached before they are classified."""

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(self.features(x).detach().flatten(1))


class NoGrad(Plain):
    """A body without gradient."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            x = self.features(x)
        return self.classify(x.flatten(1))


class ThroughNumpy(Plain):
    """A step in NumPy between the layers."""

    def forward(self, x: Tensor) -> Tensor:
        values = self.features(x).detach().cpu().numpy().clip(0, 6)
        return self.classify(torch.from_numpy(values).to(x.device).flatten(1))


class Binary(Plain):
    """Features rounded to signs, which have no slope."""

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(torch.sign(self.features(x) - 0.1).flatten(1))


class Listed(nn.Module):
    """Convolutions in a list of Python's own."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.convs = [nn.Conv2d(input_shape[0], 16, 3, 2, 1), nn.Conv2d(16, 32, 3, 2, 1)]
        self.fc = nn.Linear(32 * ((input_shape[1] + 3) // 4) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for conv in self.convs:
            x = functional.relu(conv(x))
        found: Tensor = self.fc(x.flatten(1))
        return found


class TensorWeights(Plain):
    """A scale and a mixing of maps that are tensors, not parameters."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        self.mixing = torch.randn(32, 32, requires_grad=True)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.einsum("nchw,cd->ndhw", self.features(x), self.mixing / 32**0.5)
        return self.classify(x.flatten(1))


class SameLayerTwice(nn.Module):
    """The third convolution was copied and never renamed, so that it is not used."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], 24, 3, padding=1)
        self.conv2 = nn.Conv2d(24, 24, 3, padding=1)
        self.conv3 = nn.Conv2d(24, 24, 3, padding=1)
        self.fc = nn.Linear(24 * (input_shape[1] // 4) ** 2, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.relu(self.conv2(x))
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        found: Tensor = self.fc(x.flatten(1))
        return found


class BranchLost(BasicBlock):
    """The result of a branch is computed and not added."""

    def forward(self, x: Tensor) -> Tensor:
        functional.relu(self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x))))))
        return functional.relu(self.shortcut(x))


class LostBranches(nn.Module):
    """A network of such blocks."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(BranchLost(input_shape[0], 16, 2), BranchLost(16, 32, 2), BranchLost(32, 32))
        self.fc = nn.Linear(32, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc(self.body(x).mean((2, 3)))
        return found


class AlwaysEvaluating(ResNet):
    """Norms that are put into evaluation at every call, so that they never learn their statistics."""

    def forward(self, x: Tensor) -> Tensor:
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return super().forward(x)


class OneUnit(nn.Module):
    """All classes through a single unit."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(input_shape[0], 16, 3, padding=1)
        self.narrow = nn.Linear(16 * (input_shape[1] // 2) ** 2, 1)
        self.head = nn.Linear(1, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.conv(x)), 2).flatten(1)
        found: Tensor = self.head(functional.relu(self.narrow(x)))
        return found


class NormMomentum(Plain):
    """Running statistics that never move."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        for norm in (self.bn1, self.bn2):
            norm.momentum = 0.0  # type: ignore[assignment]


class Dropping(Plain):
    """Dropout of nearly all units, or of outputs."""

    def __init__(self, input_shape: Shape, outputs: int, hidden_rate: float = 0.0, output_rate: float = 0.0) -> None:
        super().__init__(input_shape, outputs)
        self.drop_hidden, self.drop_outputs = nn.Dropout(hidden_rate), nn.Dropout(output_rate)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop_hidden(functional.relu(self.fc1(self.features(x).flatten(1))))
        found: Tensor = self.drop_outputs(self.fc2(x))
        return found
