"""What can be wrong with a network in the fifth part, and harmless changes of sound ones."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.fourth_faults import _before, _behind, _head, _replace_head
from benchmarks.diagnosis.second_faults import ACTIVATIONS, WEIGHTED, _first

ADDED = 10
"""Layers that are too many."""


class Named:
    """Layers by name in a dictionary of Python: nobody is told of their parameters."""

    def __init__(self, layers: Iterable[nn.Module]) -> None:
        self.layers = {f"block{number}": layer for number, layer in enumerate(layers)}

    def __iter__(self) -> Iterator[nn.Module]:
        return iter(self.layers.values())


class OwnNorm(nn.Module):
    """A batch norm written as a call, without any memory of the batches before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, maps: Tensor) -> Tensor:
        return functional.batch_norm(maps, None, None, self.weight, self.bias, training=True)


def activations_forgotten(network: nn.Module) -> nn.Module:
    """No activation is called between the layers."""
    return _swapped(network, ACTIVATIONS, lambda _: nn.Identity())


def relu_on_outputs(network: nn.Module) -> nn.Module:
    """A ReLU is called on the outputs as on all layers before."""
    return _behind(network, torch.relu)


def probabilities(network: nn.Module) -> nn.Module:
    """The forward pass ends with a soft-max."""
    return _behind(network, lambda outputs: functional.softmax(outputs, dim=1))


def hard_sigmoid(network: nn.Module) -> nn.Module:
    """The forward pass ends with a hard sigmoid."""
    return _behind(network, functional.hardsigmoid)


def weights_of_one(network: nn.Module) -> nn.Module:
    """The weights of all layers begin at one."""
    return _begun(network, 1.0)


def weights_of_zero(network: nn.Module) -> nn.Module:
    """The weights of all layers begin at zero."""
    return _begun(network, 0.0)


def filters_of_one_pixel(network: nn.Module) -> nn.Module:
    """All filters are one pixel wide and high."""

    def single(conv: nn.Module) -> nn.Module:
        if not isinstance(conv, nn.Conv2d) or conv.padding == (0, 0):
            return conv
        bias = conv.bias is not None
        return nn.Conv2d(conv.in_channels, conv.out_channels, 1, conv.stride[0], groups=conv.groups, bias=bias)

    return _swapped(network, (nn.Conv2d,), single)


def pooled_too_much(network: nn.Module) -> nn.Module:
    """The first pooling is as large as half of the image."""

    def pooled(images: Tensor, _: bool) -> Tensor:
        side = images.shape[2] // 2
        return functional.interpolate(functional.max_pool2d(images, side), size=images.shape[2:], mode="nearest")

    return _before(network, pooled)


def blocks_in_a_dictionary(network: nn.Module) -> nn.Module:
    """Blocks are kept in a dictionary of Python."""
    blocks = Named(network.blocks)  # type: ignore[arg-type]
    del network.blocks
    network.blocks = blocks  # type: ignore[assignment]
    return network


def features_transposed(network: nn.Module) -> nn.Module:
    """In front of the last layer features were given the right shape in the wrong order: samples mix."""
    _before(_head(network), lambda features, _: features.t().reshape(features.shape))
    return network


def through_numpy(network: nn.Module) -> nn.Module:
    """Features are averaged with a function that is none of torch, and come back as numbers alone."""
    _before(_head(network), lambda features, _: torch.from_numpy(features.detach().cpu().numpy().copy()))
    return network


def own_batch_norm(network: nn.Module) -> nn.Module:
    """Batch norm is a call that normalises by the batch in evaluation as well."""
    return _swapped(network, (nn.BatchNorm2d,), lambda norm: OwnNorm(norm.num_features))  # type: ignore[arg-type]


def maps_dropped_always(network: nn.Module) -> nn.Module:
    """Dropout of half of the first maps is a call that is not told of evaluation."""
    conv = _first(network, nn.Conv2d)
    conv.register_forward_hook(lambda _, __, maps: functional.dropout2d(maps, 0.5))
    return network


def eval_in_forward(network: nn.Module) -> nn.Module:
    """The forward pass begins with a switch to evaluation."""
    network.register_forward_pre_hook(lambda module, _: module.eval() and None)
    return network


def slow_norms(network: nn.Module) -> nn.Module:
    """The momentum of batch norms follows the convention of another framework's share of what is kept, inverted."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.001
    return network


def turned_at_random(network: nn.Module) -> nn.Module:
    """Training images are turned by any number of right angles, and the classes are not the same when turned."""

    def turned(images: Tensor, training: bool) -> Tensor:
        if not training:
            return images
        turns = torch.randint(4, (len(images),)).tolist()
        return torch.stack([image.rot90(turn, (1, 2)) for image, turn in zip(images, turns, strict=True)])

    return _before(network, turned)


def divided_as_integers(network: nn.Module) -> nn.Module:
    """Images are divided by 5 as whole numbers."""
    return _before(network, lambda images, _: torch.div(images, 5, rounding_mode="trunc"))


def layers_added(network: nn.Module) -> nn.Module:
    """Ten convolutions more behind the first, as torch draws them, without norm or identity."""
    first = _first(network, nn.Conv2d)
    layers: list[nn.Module] = [first]
    for _ in range(ADDED):
        layers += [nn.ReLU(), nn.Conv2d(first.out_channels, first.out_channels, 3, padding=1)]  # type: ignore[arg-type]
    for module in network.modules():
        for name, child in module.named_children():
            if child is first:
                setattr(module, name, nn.Sequential(*layers))
                return network
    return network


def one_output_less(network: nn.Module) -> nn.Module:
    """The number of classes is written down in the network, and there is one more."""
    head = _head(network)
    if isinstance(head, nn.Linear):
        _replace_head(network, nn.Linear(head.in_features, head.out_features - 1))
    return network


def cropped_and_covered(network: nn.Module) -> nn.Module:
    """Sound: training images are moved by up to two pixels with black beyond, and a corner may be covered."""

    def varied(images: Tensor, training: bool) -> Tensor:
        if not training:
            return images
        side = images.shape[3]
        reach = 1 if side < 12 else 2
        down, right = (int(one) for one in torch.randint(0, 2 * reach + 1, (2,)))
        low = float(images.amin())
        moved = functional.pad(images, [reach] * 4, value=low)[:, :, down : down + side, right : right + side].clone()
        if float(torch.rand(())) < 0.3:
            moved[:, :, : side // 6, : side // 6] = 0.0
        return moved

    return _before(network, varied)


def noise_while_trained(network: nn.Module) -> nn.Module:
    """Sound: training images have fresh noise, a quarter as large as what all pixels vary by."""
    return _before(network, lambda images, training: images + 0.25 * torch.randn_like(images) if training else images)


def scaled_in_the_network(network: nn.Module) -> nn.Module:
    """Sound: the forward pass brings images to -1 … 1 by a fixed rule before anything else."""
    return _before(network, lambda images, _: torch.tanh(0.6 * images) * 1.5)


def at_a_temperature(network: nn.Module) -> nn.Module:
    """Sound: outputs are divided by 2."""
    return _behind(network, lambda outputs: outputs / 2)


def average_of_weights(network: nn.Module) -> nn.Module:
    """Sound: evaluated with an average of the weights that follows them within 15 iterations or so."""
    average: list[Tensor] = []
    live: list[Tensor] = []
    switch = network.train

    def follow(module: nn.Module, _: object) -> None:
        if module.training:
            with torch.no_grad():
                average[:] = average or [one.detach().clone() for one in network.parameters()]
                for mean, one in zip(average, network.parameters(), strict=True):
                    mean.lerp_(one, 0.07)

    def put(values: list[Tensor]) -> None:
        for one, value in zip(network.parameters(), values, strict=True):
            one.copy_(value)

    def train(mode: bool = True) -> nn.Module:
        with torch.no_grad():
            if not mode and not live and average:
                live.extend(one.clone() for one in network.parameters())
                put(average)
            elif mode and live:
                put(live)
                live.clear()
        return switch(mode)

    network.register_forward_pre_hook(follow)
    network.train = train  # type: ignore[method-assign]
    return network


def _begun(network: nn.Module, value: float) -> nn.Module:
    for module in network.modules():
        if isinstance(module, WEIGHTED):
            nn.init.constant_(module.weight, value)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def _swapped(
    network: nn.Module, kinds: tuple[type[nn.Module], ...], change: Callable[[nn.Module], nn.Module]
) -> nn.Module:
    """The network with every module of some kinds replaced."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, kinds):
                setattr(module, name, change(child))
    return network


FIFTH_FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    f"fifth-{function.__name__.replace('_', '-')}": function
    for function in (
        activations_forgotten,
        relu_on_outputs,
        probabilities,
        hard_sigmoid,
        weights_of_one,
        weights_of_zero,
        filters_of_one_pixel,
        pooled_too_much,
        blocks_in_a_dictionary,
        features_transposed,
        through_numpy,
        own_batch_norm,
        maps_dropped_always,
        eval_in_forward,
        slow_norms,
        turned_at_random,
        divided_as_integers,
        layers_added,
        one_output_less,
        cropped_and_covered,
        noise_while_trained,
        scaled_in_the_network,
        at_a_temperature,
        average_of_weights,
    )
}
