"""Networks of a sixth part with weights that nobody trains, that nothing reads, or that begin badly."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.gate.sixth_networks import Attended, Course, Pretrained, Shape, halved, linear_layers
from benchmarks.gate.sixth_other_networks import Cells


class DictOfLayers(nn.Module):
    """Layers by name in a dictionary: github.com/pytorch/pytorch/issues/632."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 24) -> None:
        super().__init__()
        self.layers = {
            "first": nn.Conv2d(input_shape[0], width, 3, padding=1),
            "second": nn.Conv2d(width, 2 * width, 3, padding=1),
        }
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers.values():
            x = halved(functional.relu(layer(x)))
        found: Tensor = self.head(x.amax((2, 3)))
        return found


class BuiltInTheCall(Course):
    """A hidden layer that is made in the forward pass, "as its size is not known before"."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x).flatten(1)
        x = functional.relu(nn.Linear(x.shape[1], 64)(x))
        found: Tensor = self.head(x)
        return found


class ScaledAfterwards(nn.Module):
    """A parameter times its scale, which is no parameter any more: github.com/d2l-ai/d2l-en/pull/1713."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 32) -> None:
        super().__init__()
        self.filters = nn.Parameter(torch.randn(width, input_shape[0], 3, 3)) * 0.05
        self.norm, self.conv = nn.BatchNorm2d(width), nn.Conv2d(width, width, 3, padding=1)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(functional.conv2d(x, self.filters, padding=1)))
        found: Tensor = self.head(functional.relu(self.conv(halved(x))).mean((2, 3)))
        return found


class InferenceFeatures(Course):
    """Features are computed in inference mode, from a script that only used them."""

    @torch.inference_mode()
    def features(self, x: Tensor) -> Tensor:
        return super().features(x)


class ThroughArrays(Course):
    """The median of neighbouring maps, by way of an array: what is in front of it is cut off."""

    def features(self, x: Tensor) -> Tensor:
        x = super().features(x)
        array = x.detach().cpu().numpy()
        smoothed = np.median(np.stack([np.roll(array, shift, 1) for shift in (-1, 0, 1)]), axis=0)
        return torch.from_numpy(smoothed).to(x)


class FrozenByName(Course):
    """All but ``fc`` is frozen, and the last layer has another name."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for name, parameter in self.named_parameters():
            parameter.requires_grad_("fc" in name)


class NeverLoaded(Pretrained):
    """A frozen backbone whose weights had other names in the file, which nobody was told (``strict=False``)."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, hidden=16)
        for layer in self.backbone:
            if isinstance(layer, nn.Conv2d):
                layer.reset_parameters()


class NormsForgotten(nn.Module):
    """Nine convolutions with a norm for each, none of which is called."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 20, depth: int = 9) -> None:
        super().__init__()
        inner = (input_shape[0], *(width,) * (depth - 1))
        self.convs = nn.ModuleList(nn.Conv2d(maps, width, 3, padding=1) for maps in inner)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for _ in inner)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for place, conv in enumerate(self.convs):
            x = functional.relu(conv(x))
            x = halved(x) if place in (1, 3) else x
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class OldVariable(nn.Module):
    """The pooling reads what the first convolution gave; the second and the third are computed for nothing."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 12) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.conv3 = nn.Conv2d(2 * width, width, 3, padding=1)
        self.head = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        out1 = functional.relu(self.conv1(x))
        out2 = functional.relu(self.conv2(out1))
        functional.relu(self.conv3(out2))
        found: Tensor = self.head(out1.amax((2, 3)))
        return found


class TransformerStart(nn.Module):
    """Eight convolutions without norms that begin as the layers of a transformer do, with a deviation of 0.02."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 20) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(input_shape[0] if place == 0 else width, width, 3, padding=1) for place in range(8)
        )
        self.head = nn.Linear(width, outputs)
        for layer in linear_layers(self):
            nn.init.trunc_normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        for place, conv in enumerate(self.convs):
            x = functional.gelu(conv(x))
            x = halved(x) if place in (1, 4) else x
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class LoudPlaces(Cells):
    """Places that begin so far apart that nothing of the board is seen beside them."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, width=32)
        nn.init.normal_(self.places, std=30)


class ClosedGates(Attended):
    """Gates whose biases begin at -14."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs)
        for conv in linear_layers(self.places):
            nn.init.constant_(conv.bias, -14.0)
        self.norms = nn.ModuleList(nn.Identity() for _ in range(2))


class GainOfTen(Course):
    """Orthogonal weights with a gain of ten, as if it were a part of the rate."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm="none")
        for layer in linear_layers(self):
            nn.init.orthogonal_(layer.weight, gain=10.0)


class BranchesAddUp(nn.Module):
    """Fourteen branches by He's rule that are added without a norm or a scale: each doubles what there is."""

    def __init__(self, input_shape: Shape, outputs: int, width: int = 20, depth: int = 14) -> None:
        super().__init__()
        self.stem = nn.Conv2d(input_shape[0], width, 3, padding=1)
        self.firsts = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.seconds = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.head = nn.Linear(width, outputs)
        for conv in (*linear_layers(self.firsts), *linear_layers(self.seconds)):
            nn.init.kaiming_normal_(conv.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = halved(self.stem(x))
        for first, second in zip(self.firsts, self.seconds, strict=True):
            x = x + second(functional.relu(first(x)))
        found: Tensor = self.head(x.mean((2, 3)))
        return found


class OneFilterCopied(Course):
    """Every filter of a layer is a copy of the first, from a function that makes colour filters of grey ones."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__(input_shape, outputs, norm="none")
        with torch.no_grad():
            for layer in linear_layers(self)[:-1]:
                layer.weight.copy_(layer.weight[:1].expand_as(layer.weight))
                nn.init.zeros_(layer.bias)


class ClosedByBiases(nn.Module):
    """Biases of -8 from a settings file, behind which next to no unit is ever open."""

    def __init__(self, input_shape: Shape, outputs: int) -> None:
        super().__init__()
        self.body = Course(input_shape, outputs, norm="none")
        for conv in linear_layers(self.body.convs):
            nn.init.constant_(conv.bias, -8.0)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.body(x)
        return found
