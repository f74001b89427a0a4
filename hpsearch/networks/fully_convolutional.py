"""From a classifier of one image to one that scores every window of a larger image in a single pass.

P. Sermanet et al.: OverFeat: integrated recognition, localization and detection using convolutional networks. ICLR
2014, section 3.5; J. Long, E. Shelhamer, T. Darrell: Fully convolutional networks for semantic segmentation. CVPR 2015,
section 3.1. A linear layer that sees maps of h × w is a convolution with filters of h × w.
"""

import copy
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.networks.blocks.map import hollow_pass

TOLERANCE = 1e-4
"""How far the logits of the two networks may lie apart, of the largest of them: another order of adding in float32."""
ADVICE = "Use nn.Flatten and nn.AdaptiveAvgPool2d as modules, each once, between the last maps and the linear layers."


def fully_convolutional(network: nn.Module, input_shape: tuple[int, int, int]) -> nn.Module:
    """A copy in evaluation mode that gives logits (N, K, h, w), one for each window of the image.

    ``input_shape`` (C, H, W) is that of the images the network was trained on; an image of that size gives
    (N, K, 1, 1) with the logits of the network. On a larger one neighbouring outputs lie one stride of the last maps
    apart (32 pixels for AlexNet and VGG), and are those of windows of H × W: exactly if no layer pads, otherwise up
    to the zeros of the padding, which a window has at its borders and the whole image has not.

    The head must be made of modules: average pooling to a fixed size or none, flattening, linear layers. Adaptive
    poolings become fixed ones of the window that they have at ``input_shape``. Raises DefinitionError for a network
    that cannot be converted, or whose copy would give other logits.
    """
    converted = copy.deepcopy(network).eval()
    for name, replacement in _replacements(converted, input_shape).items():
        converted.set_submodule(name, replacement())
    _refuse_other_logits(network, converted, input_shape)
    return converted


def _replacements(network: nn.Module, input_shape: tuple[int, int, int]) -> dict[str, Callable[[], nn.Module]]:
    """What makes the modules that are to stand in the place of others, by the names of these."""
    names = {module: name for name, module in network.named_modules()}
    flattened: dict[int, tuple[int, int, int]] = {}
    alive: list[Tensor] = []
    found: dict[str, Callable[[], nn.Module]] = {}

    def look(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        if not inputs or not isinstance(inputs[0], Tensor) or not isinstance(output, Tensor):
            return
        given = inputs[0]
        if isinstance(module, nn.Flatten) and given.ndim == 4:
            flattened[id(output)] = (given.shape[1], given.shape[2], given.shape[3])
            found[names[module]] = nn.Identity
        elif isinstance(module, nn.Linear):
            seen = flattened.get(id(given), (module.in_features, 1, 1))
            found[names[module]] = partial(_convolution, module, seen)
        elif isinstance(module, nn.BatchNorm1d) and given.ndim == 2:
            found[names[module]] = partial(_batch_norm, module)
        elif isinstance(module, nn.AdaptiveAvgPool2d):
            found[names[module]] = partial(_fixed_pooling, names[module], given.shape[2:], output.shape[2:])
        elif id(given) in flattened and output.shape == given.shape:
            flattened[id(output)] = flattened[id(given)]  # dropout and activations
        alive.append(output)  # so that no tensor gets the identity of another one

    with ExitStack() as hooks:
        for module in network.modules():
            if next(module.children(), None) is None:
                hooks.callback(module.register_forward_hook(look).remove)
        hollow_pass(network, input_shape)
    return found


def _convolution(linear: nn.Linear, seen: tuple[int, int, int]) -> nn.Conv2d:
    """The convolution with the filters that a linear layer over maps (C, H, W) is."""
    channels, height, width = seen
    weight = linear.weight.detach()
    convolution = nn.Conv2d(
        channels,
        linear.out_features,
        (height, width),
        bias=linear.bias is not None,
        device=weight.device,
        dtype=weight.dtype,
    )
    with torch.no_grad():
        convolution.weight.copy_(weight.view(linear.out_features, channels, height, width))
        if linear.bias is not None and convolution.bias is not None:
            convolution.bias.copy_(linear.bias)
    return convolution.eval()


def _batch_norm(given: nn.BatchNorm1d) -> nn.BatchNorm2d:
    made = nn.BatchNorm2d(given.num_features, given.eps, given.momentum, given.affine, given.track_running_stats)
    made.load_state_dict(given.state_dict())
    return made.eval()


def _fixed_pooling(name: str, sides: torch.Size, outputs: torch.Size) -> nn.Module:
    """The pooling with a window of fixed size; of one output the stride is 1, so that it slides over larger maps."""
    if sides == outputs:
        return nn.Identity()
    if any(side % many for side, many in zip(sides, outputs, strict=True)):
        rule = f"{name} averages {sides[0]}×{sides[1]} down to {outputs[0]}×{outputs[1]} with windows of several sizes"
        raise DefinitionError([Problem("network", "", rule, "Train at a size where one divides the other.")])
    window = [side // many for side, many in zip(sides, outputs, strict=True)]
    stride = [1 if many == 1 else side // many for side, many in zip(sides, outputs, strict=True)]
    return nn.AvgPool2d((window[0], window[1]), (stride[0], stride[1]))


def _refuse_other_logits(network: nn.Module, converted: nn.Module, input_shape: tuple[int, int, int]) -> None:
    """Scores one image of noise with both."""
    first = next(network.parameters())
    image = torch.randn(1, *input_shape, generator=torch.Generator().manual_seed(0)).to(first)
    training = network.training
    with torch.no_grad():
        try:
            expected, found = network.eval()(image), converted(image)
        except (RuntimeError, ValueError, TypeError) as error:
            rule = f"the network could not be made fully convolutional: {error}"
            raise DefinitionError([Problem("network", type(network).__name__, rule, ADVICE)]) from error
        finally:
            network.train(training)
    if found.shape != (*expected.shape, 1, 1):
        rule = f"made fully convolutional, the network gives {tuple(found.shape)} and not (1, K, 1, 1)"
        raise DefinitionError([Problem("network", shown(tuple(expected.shape)), rule, ADVICE)])
    apart = float((found.flatten(1) - expected).abs().max() / expected.abs().max().clamp_min(1e-30))
    if not apart <= TOLERANCE:
        rule = f"made fully convolutional, the network gives other logits: {apart:.2g} of the largest apart"
        raise DefinitionError([Problem("network", type(network).__name__, rule, ADVICE)])
