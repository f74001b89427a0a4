"""Networks with the modules, in the order and under the names, that torchvision gives to those of the same name."""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional


class AlexNet(nn.Module):
    def __init__(self, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for filters, kernel, stride, pool in (
            (64, 11, 4, True),
            (192, 5, 1, True),
            (384, 3, 1, False),
            (256, 3, 1, False),
            (256, 3, 1, True),
        ):
            layers += [nn.Conv2d(channels, filters, kernel, stride, 2 if kernel > 3 else 1), nn.ReLU()]
            layers += [nn.MaxPool2d(3, 2)] if pool else []
            channels = filters
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(256 * 36, 4096),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, outputs),
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images).flatten(1))


class Vgg11(nn.Module):
    """At a fraction of its width, with batch norm; ``convolved`` as timm writes the linear layers."""

    def __init__(self, outputs: int, norm: bool, convolved: bool = False, width: int = 8) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for filters in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
            if not filters:
                layers.append(nn.MaxPool2d(2))
                continue
            layers.append(nn.Conv2d(channels, filters // width, 3, padding=1))
            layers += [nn.BatchNorm2d(filters // width)] if norm else []
            layers.append(nn.ReLU())
            channels = filters // width
        hidden = 4096 // width
        self.features = nn.Sequential(*layers)
        first = nn.Conv2d(channels, hidden, 7) if convolved else nn.Linear(channels * 49, hidden)
        second = nn.Conv2d(hidden, hidden, 1) if convolved else nn.Linear(hidden, hidden)
        self.pre_logits = nn.Sequential(OrderedDict(fc1=first, act1=nn.ReLU(), fc2=second, act2=nn.ReLU()))
        self.head = nn.Linear(hidden, outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.features(images)
        if isinstance(self.pre_logits[0], nn.Linear):
            maps = maps.flatten(1)
        return self.head(self.pre_logits(maps).flatten(1))


class Residual(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int, bottleneck: bool) -> None:
        super().__init__()
        kernels = (1, 3, 1) if bottleneck else (3, 3)
        sizes = (filters, filters, 4 * filters) if bottleneck else (filters, filters)
        before = channels
        for number, (kernel, size) in enumerate(zip(kernels, sizes, strict=True), 1):
            step = stride if number == (2 if bottleneck else 1) else 1
            self.add_module(f"conv{number}", nn.Conv2d(before, size, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{number}", nn.BatchNorm2d(size))
            before = size
        self.count = len(kernels)
        self.downsample = None
        if stride > 1 or channels != before:
            self.downsample = nn.Sequential(nn.Conv2d(channels, before, 1, stride, bias=False), nn.BatchNorm2d(before))

    def forward(self, given: Tensor) -> Tensor:
        made = given
        for number in range(1, self.count + 1):
            made = self.get_submodule(f"bn{number}")(self.get_submodule(f"conv{number}")(made))
            made = functional.relu(made) if number < self.count else made
        return functional.relu(made + (given if self.downsample is None else self.downsample(given)))


class ResNet(nn.Module):
    """At a quarter of its width."""

    def __init__(self, outputs: int, units: tuple[int, int, int, int], bottleneck: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, count in enumerate(units, 1):
            layers = []
            for number in range(count):
                filters = 16 * 2 ** (stage - 1)
                layers.append(Residual(channels, filters, 2 if stage > 1 and number == 0 else 1, bottleneck))
                channels = 4 * filters if bottleneck else filters
            self.add_module(f"layer{stage}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, outputs)

    def forward(self, images: Tensor) -> Tensor:
        maps = functional.max_pool2d(functional.relu(self.bn1(self.conv1(images))), 3, 2, 1)
        for stage in range(1, 5):
            maps = self.get_submodule(f"layer{stage}")(maps)
        return self.fc(maps.mean((2, 3)))


class DenseNet121(nn.Module):
    """With a growth rate of four."""

    def __init__(self, outputs: int, growth: int = 4) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv0"] = nn.Conv2d(3, 2 * growth, 7, 2, 3, bias=False)
        parts["norm0"], parts["relu0"] = nn.BatchNorm2d(2 * growth), nn.ReLU()
        parts["pool0"] = nn.MaxPool2d(3, 2, 1)
        channels = 2 * growth
        for block, count in enumerate((6, 12, 24, 16), 1):
            dense = nn.Sequential()
            for layer in range(1, count + 1):
                dense.add_module(f"denselayer{layer}", DenseLayer(channels, growth))
                channels += growth
            parts[f"denseblock{block}"] = dense
            if block < 4:
                names = ("norm", "relu", "conv", "pool")
                made = (
                    nn.BatchNorm2d(channels),
                    nn.ReLU(),
                    nn.Conv2d(channels, channels // 2, 1, bias=False),
                    nn.AvgPool2d(2),
                )
                parts[f"transition{block}"] = nn.Sequential(OrderedDict(zip(names, made, strict=True)))
                channels //= 2
        parts["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(parts)
        self.classifier = nn.Linear(channels, outputs)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(functional.relu(self.features(images)).mean((2, 3)))


class DenseLayer(nn.Module):
    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, given: Tensor) -> Tensor:
        made = self.conv1(functional.relu(self.norm1(given)))
        return torch.cat((given, self.conv2(functional.relu(self.norm2(made)))), 1)
