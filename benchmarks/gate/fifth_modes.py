"""Networks whose norms and dropouts do what they should not, each after one report, whose address it gives."""

from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Branches, Dense, Encoder, Mobile, Residual, Shape, Tutorial, Vgg, conv_unit
from benchmarks.gate.fifth_other_networks import AllConvolutions

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


class InceptionWithoutMomentum(Branches):
    """Momentum 0, as 1 − 0.9997 had been read: github.com/Cadene/pretrained-models.pytorch/issues/5."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for norm in _norms(self):
            norm.momentum = 0.0


class FrozenNorms(Encoder):
    """Norms that were to be frozen by a momentum of 0 and no gradient: discuss.pytorch.org/t/25176."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for norm in _norms(self):
            norm.momentum = 0.0
            norm.weight.requires_grad_(False)
            norm.bias.requires_grad_(False)


class SlowestMomentum(AllConvolutions):
    """A momentum of 0.0001, as was advised against bad results in evaluation:
    github.com/pytorch/pytorch/issues/3869.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for norm in _norms(self):
            norm.momentum = 1e-4


class NormsAlwaysTraining(Residual):
    """``train`` is overridden, and forgets the norms: github.com/roytseng-tw/Detectron.pytorch/issues/104."""

    def train(self, mode: bool = True) -> Self:
        self.training = mode
        self.head.train(mode)
        return self


class BackboneAlwaysEvaluating(nn.Module):
    """A backbone that was meant to be pretrained, in evaluation at every call:
    github.com/ServiceNow/LCFCN/issues/20.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.backbone = Residual(input_shape, 32)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(32, outputs))

    def forward(self, x: Tensor) -> Tensor:
        self.backbone.eval()
        found: Tensor = self.head(self.backbone(x))
        return found


class DroppedScores(nn.Module):
    """Attention whose scores are dropped by the function, in evaluation too: github.com/rixwew/pytorch-fm/issues/21."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.patches = nn.Conv2d(input_shape[0], width, 4, 2, 1)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.patches(x)).flatten(2).transpose(1, 2)
        scores = torch.softmax(self.query(x) @ self.key(x).transpose(1, 2) / 6, dim=-1)
        x = x + functional.dropout(scores, p=0.3) @ self.value(x)
        found: Tensor = self.head(functional.dropout(x.mean(1), p=0.3))
        return found


class DropoutMadeInCall(Residual):
    """A dropout that is made in the forward pass, hence in training for ever:
    github.com/yangze0930/NTS-Net/issues/14.
    """

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.blocks(self.stem(x)))).mean((2, 3))
        found: Tensor = self.head(nn.Dropout(p=0.5)(x))
        return found


class DroppedInPerceptron(nn.Module):
    """… and by the function, in a perceptron of a book: github.com/delip/PyTorchNLPBook/issues/28."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(input_shape[0] * input_shape[1] * input_shape[2], 100)
        self.fc2 = nn.Linear(100, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.fc2(functional.dropout(functional.relu(self.fc1(x.flatten(1))), p=0.5))
        return found


class DropoutOfNineTenths(Mobile):
    """What is to be kept, given as what is to be dropped: github.com/bonlime/keras-deeplab-v3-plus/issues/4."""

    def __init__(self, input_shape: Shape, outputs: int, rate: float = 0.9) -> None:
        super().__init__(input_shape, outputs)
        self.layers[-2] = nn.Dropout(rate)
        self.layers.insert(4, nn.Dropout(rate))


class KeptInsteadOfDropped(Dense):
    """The same behind every layer of a dense network: github.com/pudae/tensorflow-densenet/pull/22."""

    def __init__(self, input_shape: Shape, outputs: int, dropout_rate: float = 0.2) -> None:
        super().__init__(input_shape, outputs, dropout=1 - dropout_rate)


class NormedInPlace(Tutorial):
    """Normalises the images where they are: github.com/pytorch/vision/issues/517."""

    def forward(self, x: Tensor) -> Tensor:
        x.sub_(0.45).div_(0.225)
        return super().forward(x)


class MirroredInPlace(Vgg):
    """Changes the images in their place at every call: github.com/facebookresearch/pycls/pull/21."""

    def forward(self, x: Tensor) -> Tensor:
        x[...] = torch.roll(x, 1, dims=-1)
        x *= 0.9
        return super().forward(x)


class InstanceDeviation(nn.Module):
    """Divided by a deviation over places where only one place is left: github.com/digantamisra98/EvoNorm/issues/4."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inner, side = input_shape[0], max(input_shape[1:])
        while side > 1:
            layers.append(nn.Conv2d(inner, width, 3, 2, 1))
            inner, side = width, (side + 1) // 2
        self.convs = nn.ModuleList(layers)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for conv in self.convs:
            x = conv(x)
            x = x * torch.sigmoid(x) / x.std((2, 3), keepdim=True)
        found: Tensor = self.head(x.flatten(1))
        return found


class StyledByDeviation(nn.Module):
    """A deviation of maps, some of which were closed, without anything added before its root:
    github.com/grey-eye/talking-heads/issues/32.
    """

    opened: Tensor

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(input_shape[0], width, 3, 2, 1), nn.Conv2d(width, width, 3, 2, 1)
        self.scale, self.shift = nn.Parameter(torch.ones(width, 1)), nn.Parameter(torch.zeros(width, 1))
        self.register_buffer("opened", (torch.arange(width) < 3 * width // 4).float()[:, None])
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.conv2(functional.relu(self.conv1(x)))).flatten(2) * self.opened
        deviation = torch.sqrt(x.var(dim=2, keepdim=True)) + 1e-5
        x = (x - x.mean(2, keepdim=True)) / deviation * self.scale + self.shift
        found: Tensor = self.head(functional.relu(x).mean(2))
        return found


class LengthsOfNothing(nn.Module):
    """Features, zero at the border, divided by their length, whose root is taken before anything is added:
    github.com/richzhang/PerceptualSimilarity/issues/121.
    """

    window: Tensor

    def __init__(self, input_shape: Shape, outputs: int, width: int = 16) -> None:
        super().__init__()
        self.stem, self.next = nn.Conv2d(input_shape[0], width, 3, padding=1), conv_unit(width, 32, 2)
        inside = torch.ones(input_shape[1] - 2, input_shape[2] - 2)
        self.register_buffer("window", functional.pad(inside, (1, 1, 1, 1)))
        self.head = nn.Linear(32, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.stem(x)) * self.window
        x = x / (torch.sqrt((x**2).sum(1, keepdim=True)) + 1e-10)
        found: Tensor = self.head(self.next(x).mean((2, 3)))
        return found


class StandardisedChannels(nn.Module):
    """Each channel of an image standardised by itself, one of which is constant:
    github.com/vislearn/FrEIA/issues/121.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.body = Vgg(input_shape, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = (x - x.mean((2, 3), keepdim=True)) / x.std((2, 3), keepdim=True)
        found: Tensor = self.body(x)
        return found
