"""The architectures of the third part, each a row of modules that ends with a linear layer, and faults of networks."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.architectures import Plan, Residual
from benchmarks.diagnosis.second_architectures import Before, Gate, Mixer, _calmed
from benchmarks.diagnosis.second_faults import NORMS


class Fire(nn.Module):
    """Pointwise convolutions that squeeze, and two sizes side by side that expand (Iandola et al., 2016); no norm."""

    def __init__(self, channels: int, width: int, plan: Plan) -> None:
        super().__init__()
        self.squeeze = nn.Sequential(nn.Conv2d(channels, width // 2, 1), plan.make())
        self.point = nn.Conv2d(width // 2, width, 1)
        self.around = nn.Conv2d(width // 2, width, 3, padding=1)
        self.activation = plan.make()

    def forward(self, images: Tensor) -> Tensor:
        small = self.squeeze(images)
        found: Tensor = self.activation(torch.cat([self.point(small), self.around(small)], dim=1))
        return found


class Around(nn.Module):
    """A large depthwise convolution, activation and norm beside an identity (Trockman and Kolter, 2022)."""

    def __init__(self, width: int, plan: Plan) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(width, width, 5, padding=2, groups=width), plan.make(), plan.norm(width))

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = images + self.body(images)
        return found


class Attended(nn.Module):
    """The mean of the maps over places (N, C), weighted by a soft-max of a score that each place is given."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Conv2d(width, 1, 1)

    def forward(self, maps: Tensor) -> Tensor:
        weights = torch.softmax(self.score(maps).flatten(2), dim=2)
        return (maps.flatten(2) * weights).sum(dim=2)


def fire(plan: Plan) -> nn.Sequential:
    """Three fire modules behind one convolution; no norm (after SqueezeNet)."""
    width = plan.width
    network = nn.Sequential(
        nn.Conv2d(plan.channels, width, 3, stride=2 if plan.large else 1, padding=1),
        plan.make(),
        Fire(width, width, plan),
        nn.MaxPool2d(2),
        Fire(2 * width, width, plan),
        Fire(2 * width, 2 * width, plan),
        nn.AdaptiveMaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(16 * width, plan.outputs),
    )
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            nn.init.zeros_(torch.as_tensor(module.bias))
    return _calmed(*network)


def patches(plan: Plan) -> nn.Sequential:
    """Patches of two pixels, two pairs of a large depthwise and a pointwise convolution (after ConvMixer)."""
    width = 2 * plan.width
    pairs: list[nn.Module] = []
    for _ in range(2):
        pairs += [Around(width, plan), nn.Conv2d(width, width, 1), plan.make(), plan.norm(width)]
    return _calmed(
        nn.Conv2d(plan.channels, width, 2, stride=2 if plan.large else 1),
        plan.make(),
        plan.norm(width),
        *pairs,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(plan.dropout),
        nn.Linear(width, plan.outputs),
    )


def attended(plan: Plan) -> nn.Sequential:
    """Three convolutions with norms, and the places that a score finds worth it."""
    layers: list[nn.Module] = []
    channels = plan.channels
    for number, filters in enumerate((plan.width, 2 * plan.width, 2 * plan.width)):
        stride = 2 if number == 1 or (number == 0 and plan.large) else 1
        layers += [nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False)]
        layers += [plan.norm(filters), plan.make()]
        channels = filters
    return _calmed(*layers, Attended(channels), nn.Dropout(plan.dropout), nn.Linear(channels, plan.outputs))


THIRD_ARCHITECTURES: dict[str, Callable[[Plan], nn.Sequential]] = {
    "fire": fire,
    "patches": patches,
    "attended": attended,
}
THIRD_RATES = {"fire": 0.008, "patches": 0.03, "attended": 0.05}
"""Sound learning rates, for momentum 0.9 and batches of 32."""


class AlongTheBatch(nn.Module):
    """What its layer gives, with each feature brought to length one over the samples and not over the features."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, images: Tensor) -> Tensor:
        return functional.normalize(self.layer(images), dim=0)


class TwoHeads(nn.Module):
    """Gives the outputs of one last layer in training, and of another when it is evaluated."""

    def __init__(self, head: nn.Linear) -> None:
        super().__init__()
        self.main = head
        self.auxiliary = nn.Linear(head.in_features, head.out_features)

    def forward(self, features: Tensor) -> Tensor:
        found: Tensor = self.auxiliary(features) if self.training else self.main(features)
        return found


def unit_outputs(network: nn.Module) -> nn.Module:
    """The outputs of each sample are brought to length one."""
    network.register_forward_hook(lambda _, __, outputs: functional.normalize(outputs, dim=1))
    return network


def along_the_batch(network: nn.Module) -> nn.Module:
    """Features are normalised along the wrong axis."""
    return _with(network, -2, AlongTheBatch)


def wrong_head(network: nn.Module) -> nn.Module:
    """The loss is computed on the auxiliary one of two last layers."""
    return _with(network, -1, TwoHeads)


def loud_branches(network: nn.Module) -> nn.Module:
    """What stands beside an identity is multiplied by 100."""
    for module in network.modules():
        if isinstance(module, Residual | Before | Mixer | Around):
            module.body.register_forward_hook(lambda _, __, maps: maps * 100)
    return network


def shut_gates(network: nn.Module) -> nn.Module:
    """All gates are shut, and stay it: their sigmoid begins far down."""
    for module in network.modules():
        if isinstance(module, Gate):
            nn.init.constant_(module.open[0].bias, -150.0)  # type: ignore[arg-type]
    return network


def only_norms(network: nn.Module) -> nn.Module:
    """All is frozen but the scales and shifts of norms."""
    network.requires_grad_(False)
    for module in network.modules():
        if isinstance(module, NORMS):
            module.requires_grad_(True)
    return network


def corner_left(network: nn.Module) -> nn.Module:
    """Of each training image a window of a fifth of its sides is left, anywhere."""

    def erased(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        images = inputs[0]
        if not module.training:
            return inputs
        side = images.shape[3]
        size, places = max(1, side // 5), torch.arange(side)
        corner = torch.randint(side - size + 1, (2, len(images), 1))
        rows, columns = ((places >= first) & (places < first + size) for first in corner)
        return (images * (rows[:, None, :, None] & columns[:, None, None, :]),)

    network.register_forward_pre_hook(erased)
    return network


def reversed_gradient(network: nn.Module) -> nn.Module:
    """In front of the last layer the gradient is turned round, as to make two domains alike."""

    def turned(_: nn.Module, __: object, features: Tensor) -> Tensor:
        if not features.requires_grad:
            return features
        copied = features.clone()
        copied.register_hook(lambda gradient: -gradient)  # type: ignore[no-untyped-call]
        return copied

    if isinstance(network, nn.Sequential):
        network[-2].register_forward_hook(turned)
    return network


def bias_of_20(network: nn.Module) -> nn.Module:
    """The first output begins 20 above the others."""
    head = network[-1] if isinstance(network, nn.Sequential) else None
    if isinstance(head, nn.Linear):
        head.bias.data[0] = 20.0
    return network


def without_memory(network: nn.Module) -> nn.Module:
    """Batch norms keep no statistics and take those of the batch that is evaluated."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.track_running_stats = False
            module.running_mean = module.running_var = None
    return network


def _with(network: nn.Module, place: int, wrap: Callable[..., nn.Module]) -> nn.Module:
    if not isinstance(network, nn.Sequential):
        raise TypeError("the network is no row of layers")
    network[place] = wrap(network[place])
    return network


THIRD_FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    f"third-{function.__name__.replace('_', '-')}": function
    for function in (
        unit_outputs,
        along_the_batch,
        wrong_head,
        loud_branches,
        shut_gates,
        only_norms,
        corner_left,
        reversed_gradient,
        bias_of_20,
        without_memory,
    )
}
