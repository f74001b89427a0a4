"""What can be wrong with a network in the fourth part, and harmless changes of sound ones."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.architectures import Residual
from benchmarks.diagnosis.fourth_blocks import Attention, Beside, CosineHead, DropPath
from benchmarks.diagnosis.second_faults import ACTIVATIONS, WEIGHTED

Change = Callable[[Tensor], Tensor]


def attention_across_the_batch(network: nn.Module) -> nn.Module:
    """Attention was told that samples come second, and they come first: images attend to each other."""
    for module in network.modules():
        if isinstance(module, Attention):
            module.samples_first = False
    return network


def identity_overwritten(network: nn.Module) -> nn.Module:
    """The variable with the identity was overwritten by the branch: the branch is added to itself."""
    for module in network.modules():
        if isinstance(module, Beside):
            module.overwritten = True
    return network


def blocks_in_a_list(network: nn.Module) -> nn.Module:
    """Blocks are kept in a list of Python: they are called, and nobody knows their parameters."""
    blocks = list(network.blocks)  # type: ignore[arg-type]
    del network.blocks
    network.blocks = blocks  # type: ignore[assignment]
    return network


def one_norm_for_all(network: nn.Module) -> nn.Module:
    """One batch norm was made and is used behind every convolution."""
    norms = network.norms
    if isinstance(norms, nn.ModuleList):
        network.norms = nn.ModuleList([norms[0]] * len(norms))
    return network


def inputs_dropped(network: nn.Module) -> nn.Module:
    """Dropout of nine in ten pixels in front of the first layer."""
    return _before(network, lambda images, training: functional.dropout(images, 0.9, training))


def dropout_that_stays(network: nn.Module) -> nn.Module:
    """Dropout as a call that is not told when the network is evaluated."""
    _before(_head(network), lambda features, _: functional.dropout(features, 0.7))
    return network


def cosines_without_scale(network: nn.Module) -> nn.Module:
    """Outputs are cosines between -1 and 1."""
    head = _head(network)
    if isinstance(head, CosineHead):
        head.scale = 1.0
    elif isinstance(head, nn.Linear):
        _replace_head(network, CosineHead(head.in_features, head.out_features, 1.0))
    return network


def layer_norm_on_outputs(network: nn.Module) -> nn.Module:
    """Outputs of each sample have mean 0 and variance 1."""
    return _behind(network, lambda outputs: functional.layer_norm(outputs, outputs.shape[1:]))


def clamped_outputs(network: nn.Module) -> nn.Module:
    """Outputs are held between 0 and 1, as probabilities are."""
    return _behind(network, lambda outputs: outputs.clamp(0, 1))


def sigmoid_on_a_value(network: nn.Module) -> nn.Module:
    """A sigmoid behind the outputs of a regression whose targets go beyond 0 and 1."""
    return _behind(network, torch.sigmoid)


def drawn_with_std_1(network: nn.Module) -> nn.Module:
    """The weights of all layers were drawn by a call that takes a standard deviation of 1 if it is told none."""
    return _drawn(network, 1.0)


def drawn_with_std_0_001(network: nn.Module) -> nn.Module:
    """The weights of all layers were drawn with a standard deviation of 0.001."""
    return _drawn(network, 1e-3)


def first_channel_only(network: nn.Module) -> nn.Module:
    """The first channel stands in for all."""
    return _before(network, lambda images, _: images[:, :1].expand_as(images))


def first_layers_under_no_grad(network: nn.Module) -> nn.Module:
    """The two first convolutions are called without gradients."""
    found = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
    for module in found[:2]:
        module.register_forward_hook(lambda _, __, maps: maps.detach())
    return network


def branches_detached(network: nn.Module) -> nn.Module:
    """What stands beside an identity is detached."""
    for module in network.modules():
        if isinstance(module, Beside | Residual):
            module.body.register_forward_hook(lambda _, __, maps: maps.detach())
    return network


def standardised_by_the_batch(network: nn.Module) -> nn.Module:
    """Every pixel is standardised over the images of its batch in the forward pass."""
    return _before(network, lambda images, _: (images - images.mean(0)) / (images.std(0, correction=0) + 1e-3))


def softmax_between_layers(network: nn.Module) -> nn.Module:
    """Activations are soft-maxes over the channels."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, ACTIVATIONS):
                setattr(module, name, nn.Softmax(dim=1))
    return network


def kept_for_dropped(network: nn.Module) -> nn.Module:
    """Branches are left out with the probability that they were to be kept with."""
    for module in network.modules():
        if isinstance(module, DropPath):
            module.rate = 1 - module.rate
    return network


def mirrored_in_training(network: nn.Module) -> nn.Module:
    """Half of the training images are mirrored, and left is not right in these data."""
    return _before(network, lambda images, training: _mirrored(images) if training else images)


def evaluated_once_and_for_all(network: nn.Module) -> nn.Module:
    """After the first evaluation nobody switches back to training."""
    switch, over = network.train, False

    def train(mode: bool = True) -> nn.Module:
        nonlocal over
        over = over or not mode
        return switch(mode and not over)

    network.train = train  # type: ignore[method-assign]
    return network


def augmented(network: nn.Module) -> nn.Module:
    """Sound: training images are moved by a pixel, made lighter or darker, and a small window is covered."""
    return _before(network, lambda images, training: _varied(images) if training else images)


def zero_head(network: nn.Module) -> nn.Module:
    """Sound: the last layer begins at zero."""
    head = _head(network)
    if isinstance(head, nn.Linear):
        nn.init.zeros_(head.weight)
        nn.init.zeros_(head.bias)
    return network


def log_softmax(network: nn.Module) -> nn.Module:
    """Sound: outputs are logarithms of probabilities, of which the loss takes the same once more without any effect."""
    return _behind(network, lambda outputs: functional.log_softmax(outputs, dim=1))


def brought_to_one(network: nn.Module) -> nn.Module:
    """Sound: every image is brought to mean 0 and variance 1 in the forward pass."""
    return _before(
        network,
        lambda images, _: (
            (images - images.mean((1, 2, 3), keepdim=True)) / (images.std((1, 2, 3), keepdim=True) + 1e-3)
        ),
    )


def _mirrored(images: Tensor) -> Tensor:
    turned = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(turned, images.flip(3), images)


def _varied(images: Tensor) -> Tensor:
    down, right = (int(one) for one in torch.randint(-1, 2, (2,)))
    moved = images.roll((down, right), (2, 3)) * (0.8 + 0.4 * torch.rand(len(images), 1, 1, 1))
    side = images.shape[3]
    row, column = (int(one) for one in torch.randint(0, side - side // 5, (2,)))
    moved[:, :, row : row + side // 5, column : column + side // 5] = 0.0
    return moved


def _drawn(network: nn.Module, spread: float) -> nn.Module:
    for module in network.modules():
        if isinstance(module, WEIGHTED):
            nn.init.normal_(module.weight, std=spread)
    return network


def _head(network: nn.Module) -> nn.Module:
    found = network[-1] if isinstance(network, nn.Sequential) else network.head
    if not isinstance(found, nn.Module):
        raise TypeError("the network has no last layer")
    return found


def _replace_head(network: nn.Module, head: nn.Module) -> None:
    if isinstance(network, nn.Sequential):
        network[-1] = head
    else:
        network.head = head


def _before(module: nn.Module, change: Callable[[Tensor, bool], Tensor]) -> nn.Module:
    """The module with its input changed; the change is told whether the module is trained."""
    module.register_forward_pre_hook(lambda one, inputs: (change(inputs[0], one.training),))
    return module


def _behind(network: nn.Module, change: Change) -> nn.Module:
    network.register_forward_hook(lambda _, __, outputs: change(outputs))
    return network


FOURTH_FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    f"fourth-{function.__name__.replace('_', '-')}": function
    for function in (
        attention_across_the_batch,
        identity_overwritten,
        blocks_in_a_list,
        one_norm_for_all,
        inputs_dropped,
        dropout_that_stays,
        cosines_without_scale,
        layer_norm_on_outputs,
        clamped_outputs,
        sigmoid_on_a_value,
        drawn_with_std_1,
        drawn_with_std_0_001,
        first_channel_only,
        first_layers_under_no_grad,
        branches_detached,
        standardised_by_the_batch,
        softmax_between_layers,
        kept_for_dropped,
        mirrored_in_training,
        evaluated_once_and_for_all,
        augmented,
        zero_head,
        log_softmax,
        brought_to_one,
    )
}
