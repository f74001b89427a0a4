"""One forward pass that says where a network does not fit."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from hpsearch.errors import Problem, shown
from hpsearch.factory import USERS_FAILURES

KNOWN_ERRORS = (
    (("missing", "positional argument"), "Let forward take the images alone: give its other arguments defaults."),
    (("type", "should be the same"), "Keep weights and images in float32, without double(), half() or byte()."),
    (("same dtype",), "Keep weights and images in float32, without double(), half() or byte()."),
    (("on device",), "Make tensors where the images are (device=images.device), and put no layer elsewhere."),
    (("same device",), "Make tensors where the images are (device=images.device), and put no layer elsewhere."),
)
"""Words of an error that a forward pass raises, and what to do about it."""


def forward_problem(network: nn.Module, images: Tensor, outputs: int) -> Problem | None:
    """What is wrong when ``images`` (N, C, H, W) go through: a layer that refuses, or an output that is not (N, K)."""
    inside: list[tuple[str, nn.Module, str]] = []
    with _watched(network, inside), torch.no_grad():
        try:
            found = network.eval()(images)
        except USERS_FAILURES as error:  # all of it is an answer
            return _refused(inside, error)
    expected = (len(images), outputs)
    if not isinstance(found, Tensor):
        rule = f"the network must return one tensor of logits (N, {outputs})"
        return Problem("network", f"a {type(found).__name__}", rule, "Return the logits alone.")
    if tuple(found.shape) != expected or not found.is_floating_point():
        wrong = _wrong_about_outputs(found, expected)
        rule = f"{wrong}: for {len(images)} samples it must return real numbers of shape {expected}"
        advice = _advice_on_outputs(found, len(images), outputs)
        return Problem("network", f"{found.dtype} of shape {tuple(found.shape)}", rule, advice)
    return None


def training_problem(network: nn.Module, images: Tensor) -> Problem | None:
    """What a pass in training mode raises, which changes the network's state but no generator of random numbers."""
    inside: list[tuple[str, nn.Module, str]] = []
    with _watched(network, inside), torch.no_grad(), torch.random.fork_rng(devices=[]):
        try:
            network.train()(images)
        except USERS_FAILURES as error:
            return _refused(inside, error)
    return None


def _refused(inside: list[tuple[str, nn.Module, str]], error: BaseException) -> Problem:
    name, module, shape = inside[-1] if inside else ("", None, "")
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    if not name or module is None:
        advice = _advice_on(reason) or "Make it accept images of that shape."
        return Problem("network", shape, f"the network's forward raised {reason}", advice)
    rule = f"the layer {name} ({type(module).__name__}) does not accept its input: {reason}"
    advice = _advice_on(reason) or "Change the layers before it, or the hyperparameters that decide their sizes."
    return Problem("network", f"input of shape {shape}", rule, advice)


def _advice_on(reason: str) -> str:
    """What to do about an error whose words say what it is about; empty for any other."""
    return next((advice for words, advice in KNOWN_ERRORS if all(word in reason for word in words)), "")


def _wrong_about_outputs(found: Tensor, expected: tuple[int, int]) -> str:
    """What the outputs have too many or too few of."""
    samples, outputs = expected
    if found.dim() != len(expected):
        return f"the network's outputs have {found.dim()} ax{'i' if found.dim() == 1 else 'e'}s and not two"
    if found.shape[0] == samples and found.shape[1] != outputs:
        return f"the network has {found.shape[1]} outputs for each sample, and the data need {outputs}"
    if found.shape[0] != samples:
        return "the network's outputs do not have one row for each sample"
    return "the network's outputs are no real numbers"


def _advice_on_outputs(found: Tensor, samples: int, outputs: int) -> str:
    """How outputs of that shape become logits (N, K)."""
    shape = tuple(found.shape)
    if found.is_complex():
        return "Return real numbers, such as absolute values."
    if not found.is_floating_point():
        return "Return the logits of all classes: leave argmax and rounding out, the loss and the accuracy do the rest."
    if shape == (outputs, samples):
        return "The samples come first: transpose the outputs."
    if shape == (samples,) and outputs == 1:
        return "Keep the axis of the outputs: leave squeeze() out, or return outputs[:, None]."
    if len(shape) > 2 and shape[:1] == (samples,) and found.numel() == samples * outputs:
        return "Leave the axes of one out, as in outputs.flatten(1)."
    if shape[:2] == (samples, outputs):
        return "Average over the places behind the second axis, as in outputs.flatten(2).mean(2)."
    if shape[:1] != (samples,):
        return "Keep the first axis, that of the samples, and give the outputs of each."
    return f"Let the last layer give {outputs} outputs for each sample."


@contextlib.contextmanager
def _watched(network: nn.Module, inside: list[tuple[str, nn.Module, str]]) -> Iterator[None]:
    """Keeps in ``inside`` which modules the pass is in at the moment, the innermost last."""

    def enters(name: str) -> Callable[[nn.Module, Any], None]:
        def enter(module: nn.Module, inputs: Any) -> None:
            shapes = [tuple(one.shape) for one in inputs if isinstance(one, Tensor)]
            inside.append((name, module, shown(shapes[0]) if len(shapes) == 1 else shown(shapes)))

        return enter

    def leave(*_: object) -> None:
        inside.pop()

    with contextlib.ExitStack() as hooks:
        for name, module in network.named_modules():
            hooks.callback(module.register_forward_pre_hook(enters(name)).remove)
            hooks.callback(module.register_forward_hook(leave).remove)
        yield
