"""What can be wrong with a network in the sixth part, and harmless changes of sound ones."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.fifth_faults import _swapped
from benchmarks.diagnosis.fourth_faults import _before, _behind, _head
from benchmarks.diagnosis.second_faults import ACTIVATIONS, _first
from benchmarks.diagnosis.sixth_networks import Grouped, Reader


class Unregistered(nn.Module):
    """A convolution that was written by hand: its filters are a tensor, and no parameter."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.filters = torch.randn_like(conv.weight) * (2 / conv.weight[0].numel()) ** 0.5
        self.stride, self.padding, self.dilation = conv.stride, conv.padding, conv.dilation

    def forward(self, maps: Tensor) -> Tensor:
        return functional.conv2d(maps, self.filters, None, self.stride, self.padding, self.dilation)


def softplus_on_outputs(network: nn.Module) -> nn.Module:
    """The forward pass ends with a softplus."""
    return _behind(network, functional.softplus)


def noise_that_stays(network: nn.Module) -> nn.Module:
    """Features are multiplied by noise, in evaluation as well."""
    _before(_head(network), lambda features, _: features * (1 + 1.5 * torch.randn_like(features)))
    return network


def recurrence_over_the_batch(network: nn.Module) -> nn.Module:
    """The recurrent layer was not told that samples come first: it reads from one image to the next."""
    for module in network.modules():
        if isinstance(module, Reader):
            module.samples_first = False
    return network


def upper_rows_only(network: nn.Module) -> nn.Module:
    """The forward pass begins with the upper quarter of the rows."""

    def upper(images: Tensor, _: bool) -> Tensor:
        rows = images[:, :, : images.shape[2] // 4]
        return functional.interpolate(rows, size=images.shape[2:], mode="nearest")

    return _before(network, upper)


def norm_of_single_numbers(network: nn.Module) -> nn.Module:
    """Features are normalised along an axis of length one: each number by itself."""

    def normed(features: Tensor, _: bool) -> Tensor:
        return functional.layer_norm(features.unsqueeze(-1), (1,)).squeeze(-1)

    _before(_head(network), normed)
    return network


def filters_that_are_no_parameters(network: nn.Module) -> nn.Module:
    """All convolutions have tensors of their own for filters, of which nobody is told."""

    def by_hand(conv: nn.Module) -> nn.Module:
        return Unregistered(conv) if isinstance(conv, nn.Conv2d) and conv.groups == 1 else conv

    return _swapped(network, (nn.Conv2d,), by_hand)


def signs_of_features(network: nn.Module) -> nn.Module:
    """Features are replaced by their sign."""
    _before(_head(network), lambda features, _: torch.sign(features - features.mean(dim=1, keepdim=True)))
    return network


def norms_begin_at_zero(network: nn.Module) -> nn.Module:
    """The recipe for the last norm of a residual branch was followed for all norms: they begin at zero."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.zeros_(module.weight)
    return network


def last_layer_drawn_wide(network: nn.Module) -> nn.Module:
    """The weights of the last layer were drawn with a standard deviation of 8."""
    head = _head(network)
    if isinstance(head, nn.Linear):
        nn.init.normal_(head.weight, std=8.0)
    return network


def own_train_method(network: nn.Module) -> nn.Module:
    """A method of its own says whether it is trained, and tells none of its layers."""

    def train(mode: bool = True) -> nn.Module:
        network.training = mode
        return network

    network.train = train  # type: ignore[method-assign]
    return network


def batch_size_written_down(network: nn.Module) -> nn.Module:
    """In front of the last layer the size of a batch is a number in the module, and the last batch is smaller."""
    _before(_head(network), lambda features, _: features.reshape(32, -1))
    return network


def divided_by_255_in_the_network(network: nn.Module) -> nn.Module:
    """The forward pass takes images for bytes, and they are normalised."""
    return _before(network, lambda images, _: (images - 127.5) / 255)


def branches_forgotten(network: nn.Module) -> nn.Module:
    """A block returns what it was given: its layers are never called."""
    for module in network.modules():
        if isinstance(module, Grouped):
            module.returned_as_it_came = True
    return network


def divided_by_the_largest(network: nn.Module) -> nn.Module:
    """Maps are divided by the largest number of all samples."""
    conv = _first(network, nn.Conv2d)
    conv.register_forward_hook(lambda _, __, maps: 3 * maps / maps.abs().amax())
    return network


def slope_of_one(network: nn.Module) -> nn.Module:
    """The slope of leaky ReLUs is given as 1."""
    return _swapped(network, ACTIVATIONS, lambda _: nn.LeakyReLU(1.0))


def laid_over_in_evaluation(network: nn.Module) -> nn.Module:
    """Images are laid over their neighbours in the batch, whether they are trained on or not."""
    return _before(network, lambda images, _: 0.5 * images + 0.5 * images.roll(1, 0))


def mirrored_at_random(network: nn.Module) -> nn.Module:
    """Sound: half of the training images are mirrored, which the classes do not mind."""

    def varied(images: Tensor, training: bool) -> Tensor:
        chosen = torch.rand(len(images), 1, 1, 1) < 0.5
        return torch.where(chosen, images.flip(3), images) if training else images

    return _before(network, varied)


def slow_average(network: nn.Module) -> nn.Module:
    """Sound: in evaluation an average of the weights stands in for them, whose memory grows to fifty updates."""
    average: dict[str, Tensor] = {}
    live: dict[str, Tensor] = {}
    switch, count = network.train, 0

    @torch.no_grad()
    def follow(module: nn.Module, _: object) -> None:
        nonlocal count
        if module.training:
            count += 1
            share = max(1 / 50, 9 / (9 + count))
            for name, one in network.named_parameters():
                average.setdefault(name, one.detach().clone()).lerp_(one, share)

    @torch.no_grad()
    def train(mode: bool = True) -> nn.Module:
        if not mode and average and not live:
            for name, one in network.named_parameters():
                live[name] = one.clone()
                one.copy_(average[name])
        elif mode and live:
            for name, one in network.named_parameters():
                one.copy_(live[name])
            live.clear()
        return switch(mode)

    network.register_forward_pre_hook(follow)
    network.train = train  # type: ignore[method-assign]
    return network


SIXTH_FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    f"sixth-{function.__name__.replace('_', '-')}": function
    for function in (
        softplus_on_outputs,
        noise_that_stays,
        recurrence_over_the_batch,
        upper_rows_only,
        norm_of_single_numbers,
        filters_that_are_no_parameters,
        signs_of_features,
        norms_begin_at_zero,
        last_layer_drawn_wide,
        own_train_method,
        batch_size_written_down,
        divided_by_255_in_the_network,
        branches_forgotten,
        divided_by_the_largest,
        slope_of_one,
        laid_over_in_evaluation,
        mirrored_at_random,
        slow_average,
    )
}
