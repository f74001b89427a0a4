"""Networks with a mistake in how their weights begin, each after one report, whose address it gives."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Shape, Tutorial, Vgg

KERNELS = (nn.Conv2d, nn.Linear)


def _each(network: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [module for module in network.modules() if isinstance(module, KERNELS)]


class TooWideXavier(nn.Module):
    """Xavier's formula without the size of the window, in a residual network without norms:
    github.com/LeelaChessZero/lczero-training/pull/43.
    """

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32, blocks: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2 * blocks))
        self.head = nn.Linear(width, outputs)
        for conv in (self.stem, *self.convs):
            nn.init.normal_(conv.weight, std=(2 / (3 + 3 + conv.in_channels + conv.out_channels)) ** 0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.stem(x)), 2)
        for first, second in zip(self.convs[::2], self.convs[1::2], strict=True):
            x = functional.relu(x + second(functional.relu(first(x))))
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class TooNarrowTransforms(nn.Module):
    """Matrices between capsules that begin at a hundredth, squashed: github.com/ageron/handson-ml/pull/176."""

    def __init__(self, input_shape: Shape, outputs: int, capsules: int = 4, size: int = 8, scale: float = 0.01) -> None:
        super().__init__()
        self.capsules, self.size = capsules, size
        self.primary = nn.Sequential(
            *(nn.Conv2d(input_shape[0], 16, 5, 2, 2), nn.ReLU(), nn.Conv2d(16, capsules * size, 5, 2, 2))
        )
        count = capsules * ((input_shape[1] + 3) // 4) * ((input_shape[2] + 3) // 4)
        self.transform = nn.Parameter(torch.randn(count, outputs, size, size) * scale)

    @staticmethod
    def _squash(x: Tensor) -> Tensor:
        square = (x**2).sum(-1, keepdim=True)
        return square / (1 + square) * x / torch.sqrt(square + 1e-7)

    def forward(self, x: Tensor) -> Tensor:
        x = self.primary(x).reshape(len(x), self.capsules, self.size, -1).permute(0, 1, 3, 2)
        guesses = torch.einsum("nis,iost->not", self._squash(x.flatten(1, 2)), self.transform)
        return 16 * (self._squash(guesses) ** 2).sum(-1)


class StandardNormalRelu(nn.Module):
    """A network of sigmoids, normal weights and all, given ReLUs:
    github.com/MichalDanielDobrzanski/DeepLearningPython/issues/13.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.fc1, self.fc2 = nn.Linear(features, 100), nn.Linear(100, outputs)
        for parameter in self.parameters():
            nn.init.normal_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.fc2(functional.relu(self.fc1(x.flatten(1)))))


class GateOfZeros(nn.Module):
    """A gate of two layers that both begin at zero: github.com/yz93/LAVT-RIS/issues/25."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, 2, 1)
        self.other = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU())
        self.gate = nn.Sequential(
            nn.Linear(width, width, bias=False), nn.ReLU(), nn.Linear(width, width, bias=False), nn.Tanh()
        )
        self.head = nn.Linear(width, outputs)
        for parameter in self.gate.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        other = self.other(x).mean((2, 3))
        found: Tensor = self.head(self.gate(other) * other)
        return found


class FilledAlike(Vgg):
    """Weights filled with one number: github.com/HomericIntelligence/Mnemosyne/pull/1987."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=False, dropout=0.0)
        for layer in _each(self):
            nn.init.constant_(layer.weight, 0.01)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class SigmoidPerceptron(nn.Module):
    """Four hidden layers of sigmoids: github.com/phlippe/uvadlc_notebooks/issues/119."""

    def __init__(self, input_shape: Shape, outputs: int, sizes: tuple[int, ...] = (128, 96, 64, 48)) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        inner = input_shape[0] * input_shape[1] * input_shape[2]
        for size in sizes:
            layers += [nn.Linear(inner, size), nn.Sigmoid()]
            inner = size
        self.layers = nn.Sequential(*layers, nn.Linear(inner, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class SevenSigmoids(SigmoidPerceptron):
    """One hidden layer more, and nothing is learned: github.com/microsoft/CNTK/issues/476."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, (96,) * 7)


class ThirteenConvolutions(nn.Module):
    """A VGG-16 whose norms were left out: github.com/fangwei123456/spikingjelly/issues/303."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 12) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inner = input_shape[0]
        for number, maps in enumerate((width, width, *(2 * width,) * 5, *(3 * width,) * 6)):
            layers += [nn.Conv2d(inner, maps, 3, 2 if number in (3, 6) else 1, 1), nn.ReLU()]
            inner = maps
        self.network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inner, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.network(x)
        return found


class SixteenLayers(ThirteenConvolutions):
    """… and with its three linear layers: github.com/soumith/imagenet-multiGPU.torch/issues/63."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, 64)
        self.classifier = nn.Sequential(
            *(nn.ReLU(), nn.Dropout(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.classifier(super().forward(x))
        return found


class LoudClassifier(Tutorial):
    """A last layer as wide as the others, without the tenth that holds it: github.com/vlfeat/matconvnet/issues/227."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for layer in _each(self):
            nn.init.xavier_normal_(layer.weight, gain=20.0 if layer is self.fc3 else 1.0)
