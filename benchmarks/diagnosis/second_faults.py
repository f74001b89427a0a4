"""What can be wrong with a network in the second held-out part."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Tanh)
NORMS = (nn.BatchNorm2d, nn.GroupNorm, nn.LayerNorm)
WEIGHTED = (nn.Conv2d, nn.Linear)


class Rounded(nn.Module):
    """What its layer gives, as whole numbers: their gradient is zero."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.layer(images)
        return (found * 4).round() / 4


class Fresh(nn.Module):
    """What its layer gives, through a linear layer that is made anew in each pass."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.layer(images)
        made = nn.Linear(found.shape[1], found.shape[1]).to(found.device)
        mixed: Tensor = made(found)
        return mixed


def linear(network: nn.Module) -> nn.Module:
    """There is no activation anywhere."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, ACTIVATIONS):
                setattr(module, name, nn.Identity())
    return network


def tanh_output(network: nn.Module) -> nn.Module:
    """A tanh behind the last layer."""
    return _behind(network, nn.Tanh())


def batch_softmax_output(network: nn.Module) -> nn.Module:
    """A soft-max over the samples of a batch behind the last layer."""
    return _behind(network, nn.Softmax(dim=0))


def dropout_output(network: nn.Module) -> nn.Module:
    """Dropout of eight in ten outputs."""
    return _behind(network, nn.Dropout(0.8))


def maps_dropped(network: nn.Module) -> nn.Module:
    """Nine in ten of the first maps are dropped as a whole."""
    if isinstance(network, nn.Sequential):
        network[0] = nn.Sequential(network[0], nn.Dropout2d(0.9))
    return network


def pooled_early(network: nn.Module) -> nn.Module:
    """Of each of the first maps only its mean goes on."""

    def averaged(_: nn.Module, __: object, maps: Tensor) -> Tensor:
        return maps.mean(dim=(2, 3), keepdim=True).expand_as(maps)

    _first(network, nn.Conv2d).register_forward_hook(averaged)
    return network


def wide_stride(network: nn.Module) -> nn.Module:
    """Every eighth pixel is looked at, in both directions."""

    def sparse(_: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        images = inputs[0]
        return (functional.interpolate(images[:, :, ::8, ::8], size=images.shape[2:], mode="nearest"),)

    network.register_forward_pre_hook(sparse)
    return network


def one_filter(network: nn.Module) -> nn.Module:
    """The filters of the first convolution are one and the same, for ever."""
    first = _first(network, nn.Conv2d)
    for parameter in first.parameters():
        parameter.data[:] = parameter.data[:1].clone()
        parameter.register_hook(lambda gradient: gradient.mean(0, keepdim=True).expand_as(gradient).contiguous())  # type: ignore[no-untyped-call]
    return network


def positive_weights(network: nn.Module) -> nn.Module:
    """Weights are drawn between 0 and 1."""
    for module in network.modules():
        if isinstance(module, WEIGHTED):
            nn.init.uniform_(module.weight)
    return network


def huge_epsilon(network: nn.Module) -> nn.Module:
    """Norms add 10,000 to the variance that they divide by."""
    for module in network.modules():
        if isinstance(module, NORMS):
            module.eps = 1e4
    return network


def closed_norms(network: nn.Module) -> nn.Module:
    """Scales and shifts of norms are zero and stay it."""
    for module in network.modules():
        if isinstance(module, NORMS):
            for parameter in module.parameters():
                nn.init.zeros_(parameter)
                parameter.requires_grad_(False)
    return network


def only_biases(network: nn.Module) -> nn.Module:
    """Weights are frozen, biases learn."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name.endswith("bias"))
    return network


def fresh_layer(network: nn.Module) -> nn.Module:
    """A layer is made in the forward pass."""
    if isinstance(network, nn.Sequential):
        network[-2] = Fresh(network[-2])
    return network


def rounded(network: nn.Module) -> nn.Module:
    """What reaches the last layer was rounded."""
    if isinstance(network, nn.Sequential):
        network[-2] = Rounded(network[-2])
    return network


def detached_output(network: nn.Module) -> nn.Module:
    """The network gives a copy of its outputs that knows no gradient."""
    network.register_forward_hook(lambda _, __, outputs: outputs.detach().clone())
    return network


def one_output_less(network: nn.Module) -> nn.Module:
    """The last layer lacks a class."""
    if isinstance(network, nn.Sequential) and isinstance(network[-1], nn.Linear):
        network[-1] = nn.Linear(network[-1].in_features, network[-1].out_features - 1)
    return network


def late_average(network: nn.Module) -> nn.Module:
    """Evaluated with an average of the weights that takes ten thousand iterations to follow them."""
    average = [one.detach().clone() for one in network.parameters()]
    live: list[Tensor] = []
    switch = network.train

    def follow(module: nn.Module, _: object) -> None:
        if module.training:
            with torch.no_grad():
                for mean, one in zip(average, module.parameters(), strict=True):
                    mean.lerp_(one, 1e-4)

    def train(mode: bool = True) -> nn.Module:
        with torch.no_grad():
            if not mode and not live:
                live.extend(one.clone() for one in network.parameters())
                _put(network, average)
            elif mode and live:
                _put(network, live)
                live.clear()
        return switch(mode)

    network.register_forward_pre_hook(follow)
    network.train = train  # type: ignore[method-assign]
    return network


def unmixed_labels(network: nn.Module) -> nn.Module:
    """Each training image has another one laid over it, and keeps its own label alone."""

    def mixed(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        images = inputs[0]
        return (0.4 * images + 0.6 * images.roll(1, 0),) if module.training else inputs

    network.register_forward_pre_hook(mixed)
    return network


def _put(network: nn.Module, values: list[Tensor]) -> None:
    for one, value in zip(network.parameters(), values, strict=True):
        one.copy_(value)


def _first(network: nn.Module, kind: type[nn.Module]) -> nn.Module:
    return next(module for module in network.modules() if isinstance(module, kind))


def _behind(network: nn.Module, layer: nn.Module) -> nn.Module:
    if not isinstance(network, nn.Sequential):
        raise TypeError("the network is no row of layers")
    network.add_module("output", layer)
    return network


SECOND_FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    f"second-{function.__name__.replace('_', '-')}": function
    for function in (
        linear,
        tanh_output,
        batch_softmax_output,
        dropout_output,
        maps_dropped,
        pooled_early,
        wide_stride,
        one_filter,
        positive_weights,
        huge_epsilon,
        closed_norms,
        only_biases,
        fresh_layer,
        rounded,
        detached_output,
        one_output_less,
        late_average,
        unmixed_labels,
    )
}
