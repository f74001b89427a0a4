"""Three small architectures that can be broken on purpose."""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two convolutions with batch norm beside an identity."""

    def __init__(self, width: int, activation: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            activation(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        self.activation = activation()

    def forward(self, images: Tensor) -> Tensor:
        return self.activation(images + self.body(images))


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    architecture: str = "plain",
    width: int = 16,
    dropout: float = 0.0,
    activation: str = "relu",
    fault: str = "",
) -> nn.Module:
    """``plain`` has no norm and a hidden layer behind the maps, ``norm`` batch norm and an average, ``residual`` two
    residual blocks. ``fault`` is one of the functions below."""
    make = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[activation]
    network = ARCHITECTURES[architecture](input_shape, outputs, width, dropout, make)
    if fault:
        FAULTS[fault](network)
    return network


def _plain(
    shape: tuple[int, int, int], outputs: int, width: int, dropout: float, make: Callable[[], nn.Module]
) -> nn.Module:
    channels, side, _ = shape
    first = 2 if side > 8 else 1
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, stride=first, padding=1), make(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(width, 2 * width, 3, padding=1), make(), nn.MaxPool2d(2), nn.Flatten()]
    features = 2 * width * (side // first // 4) ** 2
    layers += [nn.Linear(features, 32), make(), nn.Dropout(dropout), nn.Linear(32, outputs)]
    network = nn.Sequential(*layers)
    for module in network:
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu" if make is nn.ReLU else "sigmoid")
            nn.init.zeros_(module.bias)
    nn.init.normal_(network[-1].weight, std=0.1)  # type: ignore[arg-type]
    return network


def _norm(
    shape: tuple[int, int, int], outputs: int, width: int, dropout: float, make: Callable[[], nn.Module]
) -> nn.Module:
    channels, side, _ = shape
    layers: list[nn.Module] = []
    for number, filters in enumerate((width, 2 * width, 2 * width)):
        stride = 2 if number and (side > 8 or number == 1) else 1
        stride = 2 if number == 0 and side > 8 else stride
        layers += [nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)]
        layers += [nn.BatchNorm2d(filters), make()]
        channels = filters
    layers += [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels, outputs)]
    return nn.Sequential(*layers)


def _residual(
    shape: tuple[int, int, int], outputs: int, width: int, dropout: float, make: Callable[[], nn.Module]
) -> nn.Module:
    channels, side, _ = shape
    stride = 4 if side > 8 else 1
    kernel = 5 if side > 8 else 3
    return nn.Sequential(
        OrderedDict(
            stem=nn.Conv2d(channels, width, kernel, stride=stride, padding=1, bias=False),
            norm=nn.BatchNorm2d(width),
            activation=make(),
            first=Residual(width, make),
            pool=nn.MaxPool2d(2),
            second=Residual(width, make),
            average=nn.AdaptiveMaxPool2d(1),
            flatten=nn.Flatten(),
            dropout=nn.Dropout(dropout),
            head=nn.Linear(width, outputs),
        )
    )


def _tiny(network: nn.Module) -> None:
    """Weights a tenth as large, and no norm mends it."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.data *= 0.1
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data *= 0.05


def _small(network: nn.Module) -> None:
    """Weights so small that nothing is learned before they have grown."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.data *= 0.35


def _zero(network: nn.Module) -> None:
    for parameter in network.parameters():
        nn.init.zeros_(parameter)


def _dead(network: nn.Module) -> None:
    """Biases so low that no ReLU ever opens."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.zeros_(module.weight)
            nn.init.constant_(module.bias, -5.0)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.constant_(module.bias, -100.0)


def _frozen(network: nn.Module) -> None:
    """Only the last layer learns, and the maps below are narrow and random."""
    parameters = list(network.parameters())
    for parameter in parameters[:-2]:
        parameter.requires_grad_(False)


def _all_frozen(network: nn.Module) -> None:
    """Nothing but the bias of the last layer learns."""
    for parameter in list(network.parameters())[:-1]:
        parameter.requires_grad_(False)


def _mixing(network: nn.Module) -> None:
    """The images of a batch change places on their way."""
    network.register_forward_pre_hook(lambda _, inputs: (inputs[0][torch.arange(len(inputs[0]) - 1, -1, -1)],))


def _relu_output(network: nn.Module) -> None:
    """A ReLU behind the last layer, with a bias that closes it."""
    if isinstance(network, nn.Sequential):
        network.add_module("output", nn.ReLU())


def _softmax_output(network: nn.Module) -> None:
    """A soft-max in front of the one in the loss."""
    if isinstance(network, nn.Sequential):
        network.add_module("output", nn.Softmax(dim=1))


ARCHITECTURES = {"plain": _plain, "norm": _norm, "residual": _residual}
FAULTS = {
    "tiny": _tiny,
    "small": _small,
    "zero": _zero,
    "dead": _dead,
    "frozen": _frozen,
    "all-frozen": _all_frozen,
    "mixing": _mixing,
    "relu-output": _relu_output,
    "softmax-output": _softmax_output,
}
