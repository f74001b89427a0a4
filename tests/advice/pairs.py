"""For each rule, networks that it finds and near misses that it does not."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  (everybody's name)
from torch import Tensor, nn

from hpsearch.advice.facts import Purpose
from hpsearch.finding import Severity

CLASSES = 10


class Branches(nn.Module):
    """Two convolutions of the images with stride 2 that are added."""

    def __init__(self, reading: int, shortcut: int = 1) -> None:
        super().__init__()
        self.branch = nn.Conv2d(3, 16, reading, 2, reading // 2)
        self.shortcut = nn.Conv2d(3, 16, shortcut, 2, shortcut // 2)
        self.head = nn.Linear(16, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        both = self.branch(x)[:, :, :8, :8] + self.shortcut(x)[:, :, :8, :8]
        found: Tensor = self.head(both.relu().mean((2, 3)))
        return found


class WithToken(nn.Module):
    """Attention to a token for the class and to pixels, of which that token is read."""

    def __init__(self, *, batch_first: bool, head: float = 1.0) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 8, stride=8)
        self.token = nn.Parameter(torch.zeros(1, 1, 16))
        self.attention = nn.MultiheadAttention(16, 2, batch_first=batch_first)
        self.head = nn.Linear(16, CLASSES)
        nn.init.normal_(self.head.weight, std=head)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        found: Tensor = self.head(self.attention(x, x, x)[0][:, 0])
        return found


class Shift(nn.Module):
    """A scale for each channel, and an offset of its own if there is a share of it."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.scale, self.offset = nn.Parameter(torch.ones(16)), nn.Parameter(torch.zeros(16))

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.scale[:, None, None]
        return x + self.offset[None, :, None, None] if self.share else x


@dataclass(frozen=True)
class Pair:
    """A rule, one network on each side of it, and what is said about the bad one."""

    code: str
    severity: Severity
    said: str
    bad: Callable[[], nn.Module]
    near: Callable[[], nn.Module]
    shape: tuple[int, int, int] = (3, 16, 16)
    is_classification: bool = True
    object_size: int | None = None

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.shape, CLASSES, self.is_classification, self.object_size)


ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def features(*layers: nn.Module, channels: int = 16) -> nn.Module:
    """The layers with a sound classifier behind them."""
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


class Pooled(nn.Module):
    """Sixteen maps of 4×4, something that makes a row of sixteen numbers of them, and a head."""

    def __init__(self, pool: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.pool = pool
        self.stem, self.head = nn.Conv2d(3, 16, 4, stride=4), nn.Linear(16, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.pool(self.stem(x).relu()))
        return found


def pooled(pool: Callable[[Tensor], Tensor]) -> nn.Module:
    return Pooled(pool)


def conv(channels: int = 3, filters: int = 16, kernel: int = 3, **options: object) -> nn.Conv2d:
    return nn.Conv2d(channels, filters, kernel, **{"padding": kernel // 2, **options})  # type: ignore[arg-type]


def hidden(layer: nn.Module, filters: int = 16, before: int = 16) -> nn.Module:
    """A layer behind a first one of ``before`` filters."""
    return features(conv(filters=before), nn.ReLU(), layer, nn.ReLU(), channels=filters)


def ending(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(features(conv(), nn.ReLU()), *layers)


def stack(activation: type[nn.Module], depth: int, norm: bool = False) -> nn.Module:
    layers: list[nn.Module] = []
    for number in range(depth):
        layers += [conv(3 if number == 0 else 16), *([nn.BatchNorm2d(16)] if norm else []), activation()]
    return features(*layers)


class Own(nn.Module):
    """A sound network with a ``forward`` of a test's own around it."""

    def __init__(self, forward: Callable[["Own", Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = conv()
        self.bn = nn.BatchNorm2d(16)
        self.drop = nn.Dropout(0.5)
        self.linear = nn.Linear(16, CLASSES)
        self._forward = forward

    def forward(self, images: Tensor) -> Tensor:
        return self._forward(self, images)

    def body(self, images: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(images)))

    def head(self, maps: Tensor) -> Tensor:
        return self.linear(self.drop(maps.mean((2, 3))))  # type: ignore[no-any-return]


def whole(network: Own, images: Tensor) -> Tensor:
    return network.head(network.body(images))


def without_norm(network: Own, images: Tensor) -> Tensor:
    return network.head(F.relu(network.conv(images)))


def functional_relu_at_the_end(network: Own, images: Tensor) -> Tensor:
    return F.relu(whole(network, images))


def norm_in_training_only(network: Own, images: Tensor) -> Tensor:
    return whole(network, images) if network.training else without_norm(network, images)


def soft_max_over_the_batch(network: Own, images: Tensor) -> Tensor:
    return network.head(network.body(images).softmax(0))


def soft_max_over_channels(network: Own, images: Tensor) -> Tensor:
    return network.head(network.body(images).softmax(1))


def batch_mixed_by_a_view(network: Own, images: Tensor) -> Tensor:
    maps = network.body(images)
    return network.head(maps.transpose(0, 1).reshape(maps.shape))


def dropout_always(network: Own, images: Tensor) -> Tensor:
    return network.head(F.dropout(network.body(images)))


def dropout_in_training(network: Own, images: Tensor) -> Tensor:
    return network.head(F.dropout(network.body(images), training=network.training))


def centred_in_place(network: Own, images: Tensor) -> Tensor:
    images -= 0.5
    return whole(network, images)


def centred_copy(network: Own, images: Tensor) -> Tensor:
    return whole(network, images - 0.5)


def raising(network: Own, images: Tensor) -> Tensor:
    raise RuntimeError("no such day")


class Listed(nn.Module):
    """Its first layer lies in a list of Python's own."""

    def __init__(self, *, trained: bool) -> None:
        super().__init__()
        self.parts = [conv().requires_grad_(trained)]
        self.rest = features()

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.rest(self.parts[0](images))
        return found


class GatedByConvolution(nn.Module):
    """The same with a convolution over the pooled map."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(16, 16, 1)

    def forward(self, maps: Tensor) -> Tensor:
        return maps * torch.sigmoid(self.squeeze(F.adaptive_avg_pool2d(maps, 1)))


class Gated(nn.Module):
    """Squeeze and excitation: its sigmoid is a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.squeeze = nn.Linear(16, 16)

    def forward(self, maps: Tensor) -> Tensor:
        return maps * torch.sigmoid(self.squeeze(maps.mean((2, 3))))[:, :, None, None]


PAIRS = (
    Pair("HP101", WARNING, "from 16 to 17", lambda: hidden(conv(16, 16, 4)), lambda: hidden(conv(16, 16, 5))),
    Pair(
        "HP101",
        WARNING,
        "half a pixel",
        lambda: hidden(nn.Sequential(nn.ZeroPad2d((1, 2, 1, 2)), conv(16, 16, 4, padding=0))),
        lambda: hidden(conv(16, 16, 2, stride=2, padding=0)),
    ),
    Pair(
        "HP102",
        WARNING,
        "the last 3 of 16 rows",
        lambda: hidden(conv(16, 16, 5, stride=4, padding=0)),
        lambda: hidden(conv(16, 16, 3, stride=2)),  # only padding is left over
    ),
    Pair(
        "HP102",
        INFO,
        "the last of 16 rows",
        lambda: hidden(conv(16, 16, 3, stride=2, padding=0)),
        lambda: hidden(conv(16, 16, 1, stride=2, padding=0)),  # a gap as all others
    ),
    Pair(
        "HP103",
        WARNING,
        "never reads the last of 7 rows",
        lambda: hidden(nn.MaxPool2d(2)),
        lambda: hidden(nn.MaxPool2d(2, ceil_mode=True)),
        shape=(3, 7, 7),
    ),
    Pair("HP103", INFO, "the last of 16", lambda: hidden(nn.MaxPool2d(3, 2)), lambda: hidden(nn.MaxPool2d(3, 2, 1))),
    Pair(
        "HP104",
        INFO,
        "skips 1 between",
        lambda: hidden(conv(16, 16, 1, stride=2)),
        lambda: hidden(nn.Sequential(nn.AvgPool2d(2), conv(16, 16, 1))),
    ),
    Pair(
        "HP104",
        INFO,
        "skips 1 between",
        lambda: Branches(reading=3),  # the other branch reads all of the images
        lambda: Branches(reading=3, shortcut=2),
    ),
    Pair(
        "HP104",
        WARNING,
        "skips 1 between",
        lambda: Branches(reading=1),
        lambda: Branches(reading=2, shortcut=3),
    ),
    Pair("HP104", WARNING, "moves by 3", lambda: hidden(nn.MaxPool2d(2, 3)), lambda: hidden(nn.MaxPool2d(3, 3))),
    Pair(
        "HP105",
        WARNING,
        "from 16 to 18 pixels; padding 1",
        lambda: hidden(conv(16, 16, 3, padding=2)),
        lambda: hidden(conv(16, 16, 3, padding=2, dilation=2)),
    ),
    Pair(
        "HP105",
        INFO,
        "from 16 to 12 pixels; padding 2",
        lambda: hidden(conv(16, 16, 5, padding=0)),
        lambda: hidden(conv(16, 16, 16, padding=0)),  # a fully connected layer
    ),
    Pair(
        "HP106",
        INFO,
        "18 pixels high, which is no multiple of the total stride 4; 16 or 20 is",
        lambda: features(conv(), nn.MaxPool2d(2), conv(16), nn.MaxPool2d(2)),
        lambda: features(conv(), nn.MaxPool2d(2), conv(16)),
        shape=(3, 18, 18),
    ),
    Pair(
        "HP107",
        WARNING,
        "is 15 pixels, and the image has 16",
        lambda: stack(nn.ReLU, 7),
        lambda: stack(nn.ReLU, 8),
    ),
    Pair(
        "HP107",
        WARNING,
        "is 5 pixels, and the stated object size is 6",
        lambda: stack(nn.ReLU, 2),
        lambda: features(conv(), nn.ReLU(), conv(16, stride=2), nn.ReLU(), conv(16), nn.ReLU()),
        object_size=6,
    ),
    Pair(
        "HP107",
        INFO,
        "is 3 pixels, and the image has 16",
        lambda: nn.Sequential(conv(), nn.ReLU(), nn.Flatten(), nn.Linear(4096, CLASSES)),
        lambda: features(conv(), Gated()),  # a branch sees everything
    ),
    Pair(
        "HP107",
        WARNING,
        "is 11 pixels, and the image has 16",
        lambda: features(conv(stride=2), conv(16, stride=2), nn.Upsample(scale_factor=4), conv(16), conv(16)),
        lambda: features(conv(), GatedByConvolution()),
    ),
    Pair(
        "HP108",
        WARNING,
        "12,544 weights in 7×7 kernels; 3 layers of 3×3 with the same receptive field have 6,912 (55%)",
        lambda: hidden(conv(16, 16, 7)),
        lambda: hidden(conv(16, 16, 7, groups=16)),
    ),
    Pair(
        "HP108",
        WARNING,
        "(72%)",  # 18C² against 25C²
        lambda: hidden(conv(16, 16, 5)),
        lambda: features(conv(3, 16, 5)),  # the first layer
    ),
    Pair(
        "HP109",
        WARNING,
        "11×11 kernels with stride 4",
        lambda: features(conv(3, 16, 11, stride=4)),
        lambda: features(conv(3, 16, 7, stride=2)),
    ),
    Pair(
        "HP110",
        WARNING,
        "819,200 weights for 5×5 kernels over 128 channels; behind a 1×1 convolution to 32 channels, both together "
        "have 208,896 (26%)",  # the documents' example
        lambda: hidden(conv(128, 256, 5), 256, before=128),
        lambda: hidden(nn.Sequential(conv(128, 64, 1), nn.ReLU(), conv(64, 256, 5)), 256, before=128),
    ),
    Pair(
        "HP111",
        WARNING,
        "pools 4×4 pixels at once and keeps 6.2% of",
        lambda: hidden(nn.MaxPool2d(4)),
        lambda: hidden(nn.AvgPool2d(16)),  # the whole map
    ),
    Pair(
        "HP201",
        WARNING,
        "(1, relu)",
        lambda: nn.Sequential(conv(3, CLASSES), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        lambda: nn.Sequential(nn.ReLU(), conv(3, CLASSES), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    ),
    Pair("HP201", ERROR, "cannot fall below 1.46", lambda: ending(nn.Softmax(1)), ending),
    Pair("HP201", ERROR, "cannot fall below 0.797", lambda: ending(nn.Tanh(), nn.Flatten()), lambda: Own(whole)),
    Pair(
        "HP201",
        WARNING,
        "(relu): outputs below zero are bent or cut off",
        lambda: Own(functional_relu_at_the_end),
        lambda: hidden(nn.Sigmoid()),
    ),
    Pair("HP201", INFO, "does the same itself", lambda: ending(nn.LogSoftmax(1)), lambda: ending(nn.Dropout())),
    Pair("HP201", WARNING, "cannot be met", lambda: ending(nn.Sigmoid()), ending, is_classification=False),
    Pair(
        "HP202",
        WARNING,
        "conv2d layer 2 (16 outputs) has no bias",
        lambda: hidden(conv(16, bias=False)),
        lambda: hidden(nn.Sequential(conv(16, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(16))),
    ),
    Pair(
        "HP202",
        WARNING,
        "has no bias",
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(768, CLASSES, bias=False)),
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(768, 4, bias=False), nn.Linear(4, CLASSES)),
    ),
    Pair(
        "HP202",
        WARNING,
        "conv2d layer 2.0 (16 outputs) has no bias",
        lambda: hidden(nn.Sequential(conv(16, bias=False), nn.ReLU(), conv(16, bias=False), nn.BatchNorm2d(16))),
        lambda: hidden(nn.Sequential(conv(16, bias=False, groups=16), conv(16, bias=False), nn.BatchNorm2d(16))),
    ),
    Pair(
        "HP202",
        WARNING,
        "has no bias",
        lambda: hidden(nn.Sequential(conv(16, bias=False), Shift(0.0))),
        lambda: hidden(nn.Sequential(conv(16, bias=False), Shift(1.0))),
    ),
    Pair(
        "HP203",
        INFO,
        "the 16 biases of conv2d layer 2.0 are undone by batch_norm layer 2.1",
        lambda: hidden(nn.Sequential(conv(16), nn.BatchNorm2d(16))),
        lambda: hidden(nn.Sequential(conv(16), nn.GroupNorm(2, 16))),
    ),
    Pair(
        "HP203",
        INFO,
        "undone by",
        lambda: hidden(nn.Sequential(conv(16), nn.InstanceNorm2d(16))),
        lambda: hidden(nn.Sequential(conv(16), nn.ReLU(), nn.BatchNorm2d(16))),
    ),
    Pair(
        "HP204",
        WARNING,
        "3 saturating activations stand one behind another up to 5; the 3 sigmoids hand on at most 1/64",
        lambda: stack(nn.Sigmoid, 3),
        lambda: stack(nn.Sigmoid, 2),
    ),
    Pair("HP204", WARNING, "5 saturating", lambda: stack(nn.Tanh, 5), lambda: stack(nn.Tanh, 4)),
    Pair(
        "HP204",
        INFO,
        "3 saturating",
        lambda: stack(nn.Sigmoid, 3, norm=True),
        lambda: features(conv(), *(Gated() for _ in range(5))),
    ),
    Pair("HP204", WARNING, "6 saturating", lambda: stack(nn.Hardtanh, 6), lambda: stack(nn.ReLU6, 6)),
    Pair(
        "HP205",
        WARNING,
        "dropout layer 1 drops 50% before the batch norm 3, whose stored variance comes out too high by up to 100%",
        lambda: features(conv(), nn.Dropout(0.5), conv(16, bias=False), nn.BatchNorm2d(16)),
        lambda: features(conv(bias=False), nn.BatchNorm2d(16), nn.Dropout(0.5), conv(16)),
    ),
    Pair(
        "HP205",
        WARNING,
        "drops 20%",
        lambda: features(conv(), nn.Dropout2d(0.2), nn.BatchNorm2d(16)),
        lambda: features(conv(), nn.Dropout(0.0), nn.BatchNorm2d(16)),
    ),
    Pair(
        "HP206",
        WARNING,
        "dropout layer 1 drops 50% of the 10 outputs of",
        lambda: ending(nn.Dropout(), nn.Flatten()),
        lambda: features(conv(), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Dropout()),
    ),
    Pair("HP206", WARNING, "drops 20%", lambda: ending(nn.Dropout(0.2), nn.LogSoftmax(1)), lambda: Own(whole)),
    Pair(
        "HP207",
        WARNING,
        "drops 95% of what it is given",
        lambda: features(conv(), nn.Dropout(0.95)),
        lambda: features(conv(), nn.Dropout(0.8)),
    ),
    Pair(
        "HP207",
        WARNING,
        "drops 80% of what it is given, behind another that drops as much",
        lambda: features(conv(), nn.Dropout(0.8), conv(16, 16), nn.Dropout(0.8)),
        lambda: features(conv(), nn.Dropout(0.5), conv(16, 16), nn.Dropout(0.8)),
    ),
    Pair(
        "HP301",
        WARNING,
        "has 6 filters for patches of 27 numbers",
        lambda: features(conv(3, 6), channels=6),
        lambda: features(conv(3, 16)),
    ),
    Pair(
        "HP301",
        WARNING,
        "has 8 filters for patches of 9 numbers",
        lambda: features(conv(1, 8), channels=8),
        lambda: features(conv(1, 9), channels=9),
        shape=(1, 8, 8),
    ),
    Pair(
        "HP302",
        INFO,
        "conv2d layer 2 has 24 filters; the next powers of two are 16 and 32",
        lambda: hidden(conv(16, 24), 24),
        lambda: nn.Sequential(conv(), conv(16, CLASSES, 16, padding=0), nn.Flatten()),
    ),
    Pair(
        "HP303",
        INFO,
        "the linear layers have 40,970 parameters and the convolutions 448; averaging the 256 positions in front of "
        "linear layer 4 would save 40,800",
        lambda: nn.Sequential(conv(), nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.Linear(4096, CLASSES)),
        lambda: features(conv(), nn.ReLU()),
    ),
    Pair(
        "HP303",
        INFO,
        "10,250 parameters and the convolutions 448",
        lambda: nn.Sequential(conv(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1024, CLASSES)),
        lambda: nn.Sequential(conv(), conv(16, 64), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(1024, 8)),
    ),
    Pair(
        "HP303",
        WARNING,
        "131,434 parameters",
        lambda: nn.Sequential(conv(), nn.Flatten(), nn.Linear(4096, 32), nn.ReLU(), nn.Linear(32, CLASSES)),
        lambda: nn.Sequential(conv(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 512), nn.Linear(512, 10)),
    ),
    Pair("HP401", ERROR, "RuntimeError: no such day", lambda: Own(raising), lambda: Own(whole)),
    Pair(
        "HP402",
        WARNING,
        "never uses the layer bn",
        lambda: Own(without_norm),
        lambda: Own(norm_in_training_only),
    ),
    Pair(
        "HP403",
        ERROR,
        "depend on another sample",
        lambda: Own(soft_max_over_the_batch),
        lambda: Own(soft_max_over_channels),
    ),
    Pair("HP403", ERROR, "depend on another", lambda: Own(batch_mixed_by_a_view), lambda: Own(whole)),
    Pair(
        "HP403",
        ERROR,
        "what the layer attention makes of one sample",
        lambda: WithToken(batch_first=False),
        lambda: WithToken(batch_first=True, head=0.0),
    ),
    Pair(
        "HP403",
        ERROR,
        "depend on another",
        lambda: features(conv(), nn.BatchNorm2d(16, track_running_stats=False)),
        lambda: features(conv(), nn.InstanceNorm2d(16)),
    ),
    Pair("HP404", ERROR, "differ by up to", lambda: Own(dropout_always), lambda: Own(dropout_in_training)),
    Pair("HP405", ERROR, "by up to 0.5", lambda: Own(centred_in_place), lambda: Own(centred_copy)),
    Pair(
        "HP405",
        ERROR,
        "changes the images",
        lambda: nn.Sequential(nn.ReLU(inplace=True), Own(whole)),
        lambda: nn.Sequential(nn.ReLU(), Own(whole)),
    ),
    Pair(
        "HP407",
        WARNING,
        "takes 8×4×4 for 4×4×8",
        lambda: pooled(lambda x: x[:, :8].reshape(-1, 4, 4, 8).mean((1, 2)).repeat(1, 2)),
        lambda: pooled(lambda x: x.view(-1, 4, 4, 16).mean((1, 2))),  # groups of channels, as well
    ),
    Pair(
        "HP407",
        WARNING,
        "takes 8×16 for 2×8×8",
        lambda: pooled(lambda x: x.flatten(2).mT[:, :8].reshape(-1, 2, 8, 8).transpose(1, 2).flatten(2).mean(1)),
        lambda: pooled(lambda x: x.flatten(2).mT[:, :8].reshape(-1, 8, 2, 8).transpose(1, 2).mT.flatten(1, 2).mean(2)),
    ),
    Pair(
        "HP407",
        WARNING,
        "takes 16×4×4 for 16",
        lambda: pooled(lambda x: x.reshape(-1, 16).reshape(len(x), -1, 16).mean(1)),
        lambda: pooled(lambda x: x.amax((2, 3)).reshape(-1, 16)),
    ),
    Pair("HP406", ERROR, "those of conv2d (16×3×3×3)", lambda: Listed(trained=True), lambda: Listed(trained=False)),
)
