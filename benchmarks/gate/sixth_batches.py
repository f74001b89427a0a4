"""Networks of a sixth part that take samples for each other, or that are not the same in every call."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.sixth_networks import Course, Shape, halved
from benchmarks.gate.sixth_other_networks import SkippedDeep


class CentredByBatch(Course):
    """Features less their mean over the batch, in evaluation too."""

    def features(self, x: Tensor) -> Tensor:
        x = super().features(x)
        return x - x.mean(0, keepdim=True)


class AttendsToOthers(nn.Module):
    """Attention between pooled features: scores are those of one sample with another."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 48) -> None:
        super().__init__()
        self.body = Course(input_shape, width)
        self.ask, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.body(x))
        scores = self.ask(x) @ self.key(x).t() / x.shape[1] ** 0.5
        found: Tensor = self.head(x + torch.softmax(scores, 1) @ self.value(x))
        return found


class FlattenedForAnother(nn.Module):
    """Flattened by ``view(-1, …)`` with the features of a smaller image, so that the batch grows."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 4 * width, 3, padding=1)
        self.fc = nn.Linear(4 * width * (input_shape[1] // 4) ** 2 // 5, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = halved(functional.relu(self.conv2(halved(functional.relu(self.conv1(x))))))
        found: Tensor = self.fc(x.view(-1, self.fc.in_features))
        return found


class ShuffledSamples(nn.Module):
    """Channels are shuffled between groups, in a view whose first axis is the group, not the sample."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32, groups: int = 4) -> None:
        super().__init__()
        self.groups = groups
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1, groups=groups) for _ in range(2))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(2))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x))
        for conv, norm in zip(self.convs, self.norms, strict=True):
            n, c, h, w = x.shape
            x = x.reshape(self.groups, n, c // self.groups, h, w).transpose(0, 1).reshape(n, c, h, w)
            x = halved(functional.relu(norm(conv(x))))
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class RemembersTheLastBatch(nn.Module):
    """A recurrent network that goes on with the state that the batch before has left."""

    def __init__(self, input_shape: Shape, outputs: int, hidden: int = 40) -> None:
        super().__init__()
        self.gru = nn.GRU(input_shape[0] * input_shape[1], hidden, batch_first=True)
        self.head = nn.Linear(hidden, outputs)
        self.state: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        rows = x.flatten(1, 2).transpose(1, 2)
        if self.state is not None and self.state.shape[1] != len(x):
            self.state = None
        states, last = self.gru(rows, self.state)
        self.state = last.detach()
        found: Tensor = self.head(states[:, -1])
        return found


class NoiseForEver(Course):
    """Noise on the features against overfitting, in evaluation too."""

    def features(self, x: Tensor) -> Tensor:
        x = super().features(x)
        return x + 0.5 * torch.randn_like(x)


class PathsDroppedForEver(SkippedDeep):
    """Branches are left out at random whenever it is called: github.com/WangFeng18/Swin-Transformer/issues/7."""

    def forward(self, x: Tensor) -> Tensor:
        before, self.training = self.training, True
        found = super().forward(x)
        self.training = before
        return found


class RolledForEver(Course):
    """Each batch is moved by some pixels in the forward pass, whether it trains or not."""

    def forward(self, x: Tensor) -> Tensor:
        down, across = torch.randint(-4, 5, (2,)).tolist()
        return super().forward(torch.roll(x, (down, across), (2, 3)))


class NormsWithoutMemory(Course):
    """Batch norms that keep no statistics, "as they were wrong in evaluation"."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__(input_shape, outputs, width=width)
        self.norms = nn.ModuleList(nn.BatchNorm2d(maps, track_running_stats=False) for maps in (16, 32, 64))


class NeverInTraining(Course):
    """``train`` is overridden to keep a pretrained network as it is, though nothing was trained before."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, dropout=0.3)
        self.train()

    def train(self, mode: bool = True) -> "NeverInTraining":  # noqa: ARG002
        super().train(False)
        return self


class ClippedInPlace(nn.Module):
    """A ReLU in place is the first thing that the images meet, and changes them where they are."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.ReLU(inplace=True), Course(input_shape, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layers(x)
        return found


class BlankedInPlace(Course):
    """Half of each image is blanked, in the images themselves and at every call."""

    def forward(self, x: Tensor) -> Tensor:
        x[:, :, : x.shape[2] // 2] = 0
        return super().forward(x)


class PlacesOfTheBatch(nn.Module):
    """Learned places that are added along the samples instead of the tokens."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.places = nn.Parameter(torch.randn(8_192, 1, width))
        self.block = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2)
        found: Tensor = self.head(self.block(x + self.places[: len(x)]).mean(1))
        return found
