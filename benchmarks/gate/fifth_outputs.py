"""Networks whose outputs go through something before the loss, each after one report, whose address it gives."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Dense, Mobile, Shape, Tutorial, Vgg, conv_unit
from benchmarks.gate.fifth_other_networks import MlpMixer, OverRows


class RecurrentSoftmax(OverRows):
    """A recurrent network that ends in a soft-max, before a loss with its own:
    github.com/NVIDIA/VariantWorks/pull/134.
    """

    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(super().forward(x), dim=1)


class MixedSoftmax(MlpMixer):
    """The same behind blocks that mix tokens: github.com/mlelarge/graph_neural_net/pull/37."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.last = nn.Softmax(dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.last(super().forward(x))
        return found


class TwiceSoftmax(Tutorial):
    """… in a network of linear layers whose loss stays where it began: discuss.pytorch.org/t/43814."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(super().forward(x), 1)


class SoftmaxOfOne(Tutorial):
    """A soft-max over the only output, which is one for ever: github.com/FluxML/Flux.jl/issues/1546."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(super().forward(x), dim=-1)


class SigmoidLogits(nn.Module):
    """Two linear layers with sigmoids, the last one too, before a soft-max:
    github.com/sjchoi86/Tensorflow-101/pull/3.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.layer_1, self.layer_2 = nn.Linear(features, 128), nn.Linear(128, 64)
        self.out = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.sigmoid(self.layer_2(torch.sigmoid(self.layer_1(x.flatten(1)))))
        return torch.sigmoid(self.out(x))


class OptionalSigmoid(Vgg):
    """A last activation as an option, which was switched on: github.com/autrainer/autrainer/pull/44."""

    def __init__(self, input_shape: Shape, outputs: int, last: str = "Sigmoid") -> None:
        super().__init__(input_shape, outputs)
        self.last: nn.Module = getattr(nn, last)()

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.last(super().forward(x))
        return found


class ReluOnFc8(nn.Module):
    """All linear layers from one function that ends in a ReLU: github.com/WeiTang114/MVCNN-TensorFlow/issues/14."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.features = nn.Sequential(conv_unit(input_shape[0], 16, 2), conv_unit(16, 32, 2), nn.Flatten())
        size = 32 * ((input_shape[1] + 3) // 4) * ((input_shape[2] + 3) // 4)
        self.fc6, self.fc7, self.fc8 = self._fc(size, 64), self._fc(64, 64), self._fc(64, outputs)

    @staticmethod
    def _fc(inner: int, outer: int) -> nn.Sequential:
        return nn.Sequential(nn.Linear(inner, outer), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc8(self.fc7(self.fc6(self.features(x))))
        return found


class ReluOnLogits(Tutorial):
    """… in a tutorial: github.com/martinwicke/tf-dev-summit-tensorboard-tutorial/issues/3."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        for layer in (self.fc1, self.fc2, self.fc3):
            x = functional.relu(layer(x))
        return x


class ReluOnNumbers(nn.Module):
    """Layers of three units with ReLUs, the last of which gives a number:
    github.com/joaopauloschuler/neural-api/issues/35.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        half = input_shape[1] // 2 * input_shape[2]
        self.upper, self.lower = nn.Linear(half, 3), nn.Linear(half, 3)
        self.middle, self.last = nn.Linear(6, 3), nn.Linear(3, outputs)

    def forward(self, x: Tensor) -> Tensor:
        upper, lower = x[:, 0].chunk(2, dim=1)
        x = torch.cat([functional.relu(self.upper(upper.flatten(1))), functional.relu(self.lower(lower.flatten(1)))], 1)
        return functional.relu(self.last(functional.relu(self.middle(x))))


class SigmoidOnNumbers(Tutorial):
    """Numbers through the sigmoid of a toolbox: github.com/rasmusbergpalm/DeepLearnToolbox/issues/154."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sigmoid()


class SoftmaxOverBatch(Mobile):
    """Probabilities that sum to one over the batch: github.com/perone/euclidesdb/issues/2."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(super().forward(x), dim=0)


class LogSoftmaxOverBatch(nn.Module):
    """… and their logarithms, in a dense network of a course: github.com/MicrosoftDocs/pytorchfundamentals/pull/21."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.layers = nn.Sequential(
            *(nn.Flatten(), nn.Linear(features, 96), nn.ReLU(), nn.Linear(96, outputs), nn.LogSoftmax(dim=0))
        )

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class OldSoftmax(Dense):
    """A soft-max without an axis, as old versions chose it themselves: github.com/ethanfetaya/NRI/issues/25."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, growth=8, layers=2)
        self.gate = nn.Linear(self.head.in_features, self.head.in_features)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage, transition in zip(self.stages, self.transitions, strict=True):
            for layer in stage.children():
                x = torch.cat([x, layer(x)], 1)
            x = transition(x)
        x = x.mean((2, 3))
        weights = functional.softmax(self.gate(x).transpose(0, 1), dim=1).transpose(0, 1)  # over the samples
        found: Tensor = self.head(x * weights * x.size(1))
        return found
