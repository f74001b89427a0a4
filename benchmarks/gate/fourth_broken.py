"""Networks with a mistake in how samples, axes and outputs are handled: plain modules with the line that is wrong."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fourth_networks import Shape


class Plain(nn.Module):
    """Two convolutions and two linear layers, with norms or without. Sound."""

    def __init__(self, input_shape: Shape, outputs: int, norm: bool = False, width: int = 16, hidden: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.bn1: nn.Module = nn.BatchNorm2d(width) if norm else nn.Identity()
        self.bn2: nn.Module = nn.BatchNorm2d(2 * width) if norm else nn.Identity()
        self.fc1 = nn.Linear(2 * width * (input_shape[1] // 4) * (input_shape[2] // 4), hidden)
        self.fc2 = nn.Linear(hidden, outputs)

    def features(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 2)
        return functional.max_pool2d(functional.relu(self.bn2(self.conv2(x))), 2)

    def classify(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc2(functional.relu(self.fc1(x)))
        return found

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(self.features(x).flatten(1))


class FlattenedAcross(Plain):
    """The batch is not the first axis when the maps are flattened."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).permute(1, 2, 3, 0)
        return self.classify(x.reshape(x.size(3), -1))


class MapsBySamples(Plain):
    """The axes of samples and maps are taken for each other in a reshape."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        n, c, h, w = x.shape
        x = x.reshape(c, n, h * w).transpose(0, 1)
        return self.classify(x.reshape(n, -1))


class Standardised(Plain):
    """Features are standardised over the batch, by hand and in evaluation too."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).flatten(1)
        return self.classify((x - x.mean(0)) / (x.std(0) + 1e-5))


class BatchAttention(nn.Module):
    """Attention that takes the first axis for the sequence, and is given the batch there."""

    def __init__(self, input_shape: Shape, outputs: int, patch: int = 4, width: int = 48) -> None:
        super().__init__()
        self.patches = nn.Conv2d(input_shape[0], width, patch, stride=patch)
        self.norm = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 4)
        self.hidden = nn.Sequential(nn.Linear(width, 96), nn.GELU(), nn.Linear(96, width))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        normed = self.norm(tokens)
        tokens = tokens + self.attention(normed, normed, normed)[0]
        found: Tensor = self.head((tokens + self.hidden(tokens)).mean(1))
        return found


class BatchSoftmaxAttention(nn.Module):
    """Weights of attention whose sum over the batch is one."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, 2, 1)
        self.conv2 = nn.Conv2d(width, width, 3, 2, 1)
        self.score = nn.Conv2d(width, 1, 1)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.conv2(functional.relu(self.conv1(x))))
        weights = torch.softmax(self.score(x).flatten(1), dim=0)
        found: Tensor = self.head((x.flatten(2) * weights[:, None]).sum(-1))
        return found


class RowsOfTheBatch(nn.Module):
    """A recurrent network that takes the batch for time."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 48) -> None:
        super().__init__()
        self.lstm = nn.LSTM(input_shape[0] * input_shape[1] * input_shape[2], hidden)
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.lstm(x.flatten(1)[:, None])  # (time, batch, features) is what it expects
        found: Tensor = self.fc(states[:, 0])
        return found


class SoftmaxCall(Plain):
    """Probabilities, where the loss wants logits."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.softmax(super().forward(x), dim=1)


class SoftmaxModule(Plain):
    """The same as a layer, with norms."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        self.out = nn.Softmax(dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(super().forward(x))
        return found


class SigmoidCall(Plain):
    """Each output between 0 and 1."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sigmoid()


class ReluCall(Plain):
    """The activation of the hidden layers at the last one as well."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).flatten(1)
        for layer in (self.fc1, self.fc2):
            x = functional.relu(layer(x))
        return x


class Clamped(Plain):
    """Outputs that are kept within ±1 "for stability"."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.clamp(super().forward(x), -1.0, 1.0)


class Faint(Plain):
    """Outputs times a small number."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 1e-4


class Cold(Plain):
    """Outputs divided by a small temperature."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm=True)
        self.temperature = 0.002

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) / self.temperature


class CosineAlone(Plain):
    """A cosine of features and prototypes without any scale, so that no class can have much more than the others."""

    def forward(self, x: Tensor) -> Tensor:
        x = functional.normalize(functional.relu(self.fc1(self.features(x).flatten(1))), dim=1)
        return x @ functional.normalize(self.fc2.weight, dim=1).t()


class TenOutputs(Plain):
    """A number of classes from another project."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:  # noqa: ARG002
        super().__init__(input_shape, 10)


class ThousandOutputs(Plain):
    """As many outputs as ImageNet has classes."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:  # noqa: ARG002
        super().__init__(input_shape, 1000, norm=True)


class WithFeatures(Plain):
    """Gives the features back as well."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        features = self.features(x).flatten(1)
        return self.classify(features), features


class NotFlattened(nn.Module):
    """A convolution as the last layer, whose places are left."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(input_shape[0], 32, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
        self.head = nn.Conv2d(32, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.body(x))
        return found


class LinearForOtherImages(Plain):
    """A linear layer that was made for images of 32×32 pixels."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__((input_shape[0], 32, 32), outputs)


class FirstOutputAlone(Plain):
    """One column of two is given back, by an index that was meant for something else."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, 0]


class PositiveNumbers(Plain):
    """Real targets through a ReLU."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(super().forward(x))


class BatchNormByHand(Plain):
    """Statistics of the batch for ever, through the function whose argument is never switched."""

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(functional.batch_norm(self.conv1(x), None, None, training=True))
        x = functional.max_pool2d(x, 2)
        x = functional.relu(functional.batch_norm(self.conv2(x), None, None, training=True))
        return self.classify(functional.max_pool2d(x, 2).flatten(1))


class DropoutForEver(Plain):
    """Dropout by the function, which drops in evaluation too."""

    def forward(self, x: Tensor) -> Tensor:
        x = functional.dropout(self.features(x).flatten(1), 0.5)
        return self.classify(x)


class NoiseForEver(Plain):
    """Noise that was meant for training alone."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x + 0.5 * torch.randn(x.shape, device=x.device))


class InPlace(Plain):
    """Standardises what it is given in its place."""

    def forward(self, x: Tensor) -> Tensor:
        x -= x.mean(dim=(1, 2, 3), keepdim=True)
        x /= x.std(dim=(1, 2, 3), keepdim=True) + 1e-6
        return super().forward(x)


class Overwritten(Plain):
    """A variable of the wrong name: the images never arrive."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.zeros_like(x)
        for _ in range(2):
            x = self.features(y)
        return self.classify(x.flatten(1))


class NanInEvaluation(Plain):
    """A running mean of zeros that is divided by in evaluation alone."""

    scale: Tensor

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.register_buffer("scale", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).flatten(1)
        x = x / x.detach().abs().mean() if self.training else (x - x.amin(dim=1, keepdim=True)) / self.scale
        return self.classify(x)
