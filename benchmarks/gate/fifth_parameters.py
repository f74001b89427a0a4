"""Networks parts of which are not trained, or not used, each after one report, whose address it gives."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.fifth_networks import Residual, Shape, Siamese, Tutorial, Vgg, conv_unit
from benchmarks.gate.fifth_other_networks import Vit


class ListOfLayers(nn.Module):
    """As many linear layers as one likes, in a list: github.com/pytorch/pytorch/issues/666."""

    def __init__(self, input_shape: Shape, outputs: int, layers: int = 3) -> None:
        super().__init__()
        self.first = nn.Linear(input_shape[0] * input_shape[1] * input_shape[2], 64)
        self.hidden = [nn.Linear(64, 64) for _ in range(layers)]
        self.last = nn.Linear(64, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x.flatten(1)))
        for layer in self.hidden:
            x = functional.relu(layer(x))
        found: Tensor = self.last(x)
        return found


class ListOfBranches(nn.Module):
    """Branches that are merged, in a list: github.com/asyml/texar-pytorch/issues/72."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.branches = [nn.Conv2d(input_shape[0], 12, kernel, padding=kernel // 2) for kernel in (1, 3, 5)]
        self.join = conv_unit(36, 32)
        self.head = nn.Linear(32, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([functional.relu(branch(x)) for branch in self.branches], 1)
        found: Tensor = self.head(functional.max_pool2d(self.join(functional.max_pool2d(x, 2)), 2).mean((2, 3)))
        return found


class ListsOfNorms(nn.Module):
    """Convolutions and their norms in two lists: github.com/kanezaki/pytorch-unsupervised-segmentation/pull/6."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(input_shape[0], width, 3, padding=1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = [], []
        for _ in range(2):
            self.conv2.append(nn.Conv2d(width, width, 3, 2, 1))
            self.bn2.append(nn.BatchNorm2d(width))
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn1(functional.relu(self.conv1(x)))
        for conv, norm in zip(self.conv2, self.bn2, strict=True):
            x = norm(functional.relu(conv(x)))
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class FinalLinear:
    """A last layer that is no module."""

    def __init__(self, inner: int, outer: int) -> None:
        self.weight, self.bias = nn.Parameter(torch.randn(outer, inner) * 0.1), nn.Parameter(torch.zeros(outer))

    def __call__(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias)


class UnregisteredHead(Vit):
    """A transformer with that head: github.com/EleutherAI/gpt-neox/pull/267."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        del self.head
        self.final_linear = FinalLinear(48, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(self.stem(x)).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
        return self.final_linear(self.norm(self.blocks(x)[:, 0]))


class Memory(nn.Module):
    """Keys and values of a memory that are tensors: github.com/SimonThomine/RememberingNormality/issues/7."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32, slots: int = 40) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_unit(input_shape[0], 16, 2), conv_unit(16, width, 2))
        self.keys, self.values = torch.randn(slots, width), torch.randn(slots, width)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2)
        found = torch.softmax(x @ self.keys.t() / 6, -1) @ self.values
        logits: Tensor = self.head(found.mean(1))
        return logits


class ExtractedFeatures(Residual):
    """Features that a hook has copied off the graph: github.com/lucidrains/CoCa-pytorch/issues/6."""

    def forward(self, x: Tensor) -> Tensor:
        found = functional.relu(self.norm(self.blocks(self.stem(x)))).detach().clone()
        logits: Tensor = self.head(found.mean((2, 3)))
        return logits


class ChosenByArgmax(nn.Module):
    """A first module whose largest output chooses what the second gets: github.com/pytorch/pytorch/issues/1339."""

    def __init__(self, input_shape: Shape, outputs: int, codes: int = 32) -> None:
        super().__init__()
        self.encode = nn.Sequential(conv_unit(input_shape[0], 24, 2), nn.Conv2d(24, codes, 3, 2, 1))
        size = ((input_shape[1] + 3) // 4) * ((input_shape[2] + 3) // 4)
        self.codes = nn.Embedding(codes, 12)
        self.read = nn.Sequential(nn.Flatten(), nn.Linear(12 * size, 64), nn.ReLU(), nn.Linear(64, outputs))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.read(self.codes(self.encode(x).max(1)[1]))
        return found


class MaskByArgmax(nn.Module):
    """A mask of two classes between two networks: github.com/eriklindernoren/Keras-GAN/issues/61."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.segment = nn.Sequential(conv_unit(input_shape[0], 16), conv_unit(16, 16), nn.Conv2d(16, 2, 1))
        self.judge = Vgg((1, *input_shape[1:]), outputs)

    def forward(self, x: Tensor) -> Tensor:
        mask = self.segment(x).argmax(1, keepdim=True).float()
        found: Tensor = self.judge(mask)
        return found


class FrozenStages(Residual):
    """Early layers frozen as in a paper, though nothing was trained before: github.com/pytorch/vision/issues/2164."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for name, parameter in self.named_parameters():
            if name.startswith(("stem", "blocks.0", "blocks.1", "blocks.2")):
                parameter.requires_grad_(False)


class FrozenConvolutions(Vgg):
    """All convolutions frozen by a flag: github.com/ihciah/deep-fashion-retrieval/issues/1."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for parameter in self.features.parameters():
            parameter.requires_grad = False


class ThirdUnused(Tutorial):
    """A third convolution that nothing reads: github.com/skaae/recurrent-spatial-transformer-code/issues/3."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1)

    def features(self, x: Tensor) -> Tensor:
        conv2 = functional.relu(self.conv2(self.pool(functional.relu(self.conv1(x)))))
        functional.relu(self.conv3(conv2))
        return torch.flatten(self.pool(conv2), 1)


class NormOfInputs(nn.Module):
    """A block whose norm gets the inputs again, not what came of them: github.com/snehasinghania/STResNet/issues/1."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, 2, 1)
        self.norms = nn.ModuleList(nn.GroupNorm(1, width) for _ in range(4))
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(4))
        self.head = nn.Linear(width, outputs)

    def _block(self, inputs: Tensor, place: int) -> Tensor:
        found = self.convs[place](functional.relu(self.norms[place](inputs)))
        found = self.convs[place + 1](functional.relu(self.norms[place + 1](inputs)))
        result: Tensor = inputs + found
        return result

    def forward(self, x: Tensor) -> Tensor:
        x = self._block(self._block(self.stem(x), 0), 2)
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class NotYetDefined(nn.Module):
    """A line was commented out and its result is still used:
    github.com/SConsul/Global_Convolutional_Network/issues/1.
    """

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], input_shape[0], 3, padding=1)
        self.body = Tutorial(input_shape, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(0):
            refined = self.conv1(x)
        refined = functional.relu(refined)
        found: Tensor = self.body(x + refined)
        return found


class ImagesTimesZeros(Siamese):
    """Images times an array that is never filled: github.com/btgraham/SparseConvNet-archived/pull/12."""

    window: Tensor

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        self.register_buffer("window", torch.zeros(input_shape))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x * self.window)


class NoActivations(nn.Module):
    """Three linear layers and nothing between them: github.com/aymericdamien/TensorFlow-Examples/issues/207."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        features = input_shape[0] * input_shape[1] * input_shape[2]
        self.h1, self.h2, self.out = nn.Linear(features, 128), nn.Linear(128, 128), nn.Linear(128, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(self.h2(self.h1(x.flatten(1))))
        return found


class NoActivationsFast(NoActivations):
    """… and a rate that is too high for them: github.com/aymericdamien/TensorFlow-Examples/pull/299."""
