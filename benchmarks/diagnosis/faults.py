"""What can be wrong with a network: each function breaks one on purpose and gives it back."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.diagnosis.layers import Detached, Scaled, Unused

WEIGHTED = (nn.Conv2d, nn.Linear)


def _scale(network: nn.Module, factor: float, norms: float) -> nn.Module:
    for module in network.modules():
        if isinstance(module, WEIGHTED):
            module.weight.data *= factor
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data *= norms
    return network


def tiny(network: nn.Module) -> nn.Module:
    """Weights a tenth as large, and no norm mends it."""
    return _scale(network, 0.1, 0.05)


def small(network: nn.Module) -> nn.Module:
    """Weights so small that nothing is learned before they have grown."""
    return _scale(network, 0.35, 1.0)


def huge(network: nn.Module) -> nn.Module:
    """Weights ten times as large, the last layer's among them."""
    return _scale(network, 10.0, 1.0)


def zero(network: nn.Module) -> nn.Module:
    """Every weight, bias and scale is zero."""
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    return network


def constant(network: nn.Module) -> nn.Module:
    """All weights of a layer are equal, and so all its units for ever."""
    for module in network.modules():
        if isinstance(module, WEIGHTED):
            nn.init.constant_(module.weight, 1.0 / module.weight[0].numel())
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def dead(network: nn.Module) -> nn.Module:
    """Biases so low that no ReLU ever opens."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.zeros_(module.weight)
            nn.init.constant_(module.bias, -5.0)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.constant_(module.bias, -100.0)
    return network


def half_dead(network: nn.Module) -> nn.Module:
    """In every layer of convolutions nine units of ten never open."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            count = module.bias.numel() * 9 // 10
            module.weight.data[:count] = 0.0
            module.bias.data[:count] = -5.0
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            module.bias.data[: module.bias.numel() * 9 // 10] = -100.0
    return network


def frozen(network: nn.Module) -> nn.Module:
    """Only the last layer learns, and what is below it stays random."""
    for parameter in list(network.parameters())[:-2]:
        parameter.requires_grad_(False)
    return network


def all_frozen(network: nn.Module) -> nn.Module:
    """Nothing but the bias of the last layer learns."""
    for parameter in list(network.parameters())[:-1]:
        parameter.requires_grad_(False)
    return network


def unused(network: nn.Module) -> nn.Module:
    """A layer is made and never called."""
    return Unused(network)


def detached(network: nn.Module) -> nn.Module:
    """The gradient ends in front of the last layer, without a word."""
    if isinstance(network, nn.Sequential):
        network[-2] = Detached(network[-2])
    return network


def mixing(network: nn.Module) -> nn.Module:
    """The images of a batch change places on their way."""
    network.register_forward_pre_hook(lambda _, inputs: (inputs[0].flip(0),))
    return network


def wrong_reshape(network: nn.Module) -> nn.Module:
    """The numbers of a batch are read in another order than they were written, so that samples mix."""
    network.register_forward_pre_hook(
        lambda _, inputs: (inputs[0].flatten(1).t().reshape(inputs[0].shape).contiguous(),)
    )
    return network


def relu_output(network: nn.Module) -> nn.Module:
    """A ReLU behind the last layer."""
    return _with_output(network, nn.ReLU())


def softmax_output(network: nn.Module) -> nn.Module:
    """A soft-max in front of the one in the loss."""
    return _with_output(network, nn.Softmax(dim=1))


def sigmoid_output(network: nn.Module) -> nn.Module:
    """A sigmoid in front of the soft-max in the loss."""
    return _with_output(network, nn.Sigmoid())


def hidden_softmax(network: nn.Module) -> nn.Module:
    """A soft-max that is a call and no module, in front of the one in the loss."""
    network.register_forward_hook(lambda _, __, outputs: functional.softmax(outputs, dim=1))
    return network


def norm_output(network: nn.Module) -> nn.Module:
    """Batch norm behind the last layer."""
    if not isinstance(network, nn.Sequential) or not isinstance(network[-1], nn.Linear):
        raise TypeError("the network does not end with a linear layer")
    return _with_output(network, nn.BatchNorm1d(network[-1].out_features))


def faint_output(network: nn.Module) -> nn.Module:
    """The outputs are divided by a hundred."""
    return _with_output(network, Scaled(0.01))


def loud_output(network: nn.Module) -> nn.Module:
    """The outputs are multiplied by a hundred."""
    return _with_output(network, Scaled(100.0))


def dropout_output(network: nn.Module) -> nn.Module:
    """Dropout behind the last layer: half of the outputs are none."""
    return _with_output(network, nn.Dropout(0.5))


def bottleneck(network: nn.Module) -> nn.Module:
    """Everything goes through one number in front of the last layer."""
    if isinstance(network, nn.Sequential) and isinstance(network[-1], nn.Linear):
        head = network[-1]
        network[-1] = nn.Sequential(nn.Linear(head.in_features, 1), nn.Linear(1, head.out_features))
    return network


def deep(network: nn.Module) -> nn.Module:
    """Sixteen more layers of width 32, with sigmoids and without norm, in front of the last one."""
    return _deeper(network, nn.Sigmoid)


def deep_relu(network: nn.Module) -> nn.Module:
    """Twenty more layers with ReLU, without norm and with torch's own first weights, in front of the last one."""
    return _deeper(network, nn.ReLU, 20)


def never_evaluates(network: nn.Module) -> nn.Module:
    """Validated in training mode: dropout goes on, and batch norm reads the batch."""
    return _always(network, training=True)


def never_trains(network: nn.Module) -> nn.Module:
    """Trained in evaluation mode: batch norm never learns how its maps are scaled."""
    return _always(network, training=False)


def stale_norms(network: nn.Module) -> nn.Module:
    """The running statistics of batch norm hardly move, so that they are wrong in validation."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1e-4
    return network


def destroyed(network: nn.Module) -> nn.Module:
    """An augmentation leaves a corner of a quarter of each side of every training image."""

    def crop(module: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        if not module.training:
            return inputs
        kept = torch.zeros_like(inputs[0])
        side = max(1, kept.shape[-1] // 4)
        kept[..., :side, :side] = inputs[0][..., :side, :side]
        return (kept,)

    network.register_forward_pre_hook(crop)
    return network


def blind(network: nn.Module) -> nn.Module:
    """The images are multiplied by zero on their way in."""
    network.register_forward_pre_hook(lambda _, inputs: (inputs[0] * 0,))
    return network


def _always(network: nn.Module, *, training: bool) -> nn.Module:
    switch = network.train
    network.train = lambda mode=True: switch(training)  # type: ignore[method-assign]  # noqa: ARG005
    return network


def _with_output(network: nn.Module, layer: nn.Module) -> nn.Module:
    if not isinstance(network, nn.Sequential):
        raise TypeError("the network is no row of layers")
    network.add_module("output", layer)
    return network


def _deeper(network: nn.Module, make: Callable[[], nn.Module], layers: int = 16, width: int = 32) -> nn.Module:
    if isinstance(network, nn.Sequential) and isinstance(network[-1], nn.Linear):
        head = network[-1]
        hidden: list[nn.Module] = [nn.Linear(head.in_features, width), make()]
        for _ in range(layers - 1):
            hidden += [nn.Linear(width, width), make()]
        network[-1] = nn.Sequential(*hidden, nn.Linear(width, head.out_features))
    return network


FAULTS: dict[str, Callable[[nn.Module], nn.Module]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        tiny,
        small,
        huge,
        zero,
        constant,
        dead,
        half_dead,
        frozen,
        all_frozen,
        unused,
        detached,
        mixing,
        wrong_reshape,
        relu_output,
        softmax_output,
        sigmoid_output,
        hidden_softmax,
        norm_output,
        faint_output,
        loud_output,
        dropout_output,
        bottleneck,
        deep,
        deep_relu,
        never_evaluates,
        never_trains,
        stale_norms,
        destroyed,
        blind,
    )
}
