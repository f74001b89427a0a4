"""Weights of the same networks as other packages trained them: state dicts of torchvision and timm, renamed to ours.

A layer of theirs is matched with a layer of ours by its order among the layers of the same role, kind and shape, which
is enough where both build the same network: names need not agree, and a network that is built otherwise does not fit.
Nothing is downloaded and nothing is unpickled.
"""

import re
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.job import NetworkSettings
from hpsearch.networks.build import build_network
from hpsearch.networks.parameters import PARAMETERS

FAMILIES = re.compile(
    r"alexnet|vgg(11|13|16|19)?|resnet(18|34|50|101|152)?|densenet(121|161|169|201)?"
    r"|googlenet|inception_v[34]|inception_resnet_v2|mobilenet"
)
"""The networks whose layout somebody publishes: torchvision and timm under the same name and with batch norm ``_bn``;
googlenet torchvision alone; inception_v4 and inception_resnet_v2 timm alone; mobilenet timm as ``mobilenetv1_100``.

They have no network of the layout of the others: their ShuffleNets are of version 2 and MobileNets otherwise of 2 and
3, timm's ``mobilenetv1_100h`` and ``_125`` have another head or width, and nobody has Inception v2, ZFNet, LeNet or the
ResNets for small images.
"""

AUXILIARY = re.compile(r"^(aux(iliary)?[0-9]*|AuxLogits)\.")
"""What auxiliary classifiers are called."""

SHORTCUT = re.compile(r"(^|\.)(downsample|shortcut)(\.|$)")
"""What the projection of a residual unit is called: it may have the shape of a layer in the branch."""

IMAGENET = (3, 224, 224)

Kind = Literal["weighted", "norm"]
Key = tuple[bool, Kind, tuple[int, ...]]
"""Whether it is a shortcut; the kind; outputs, weights for each and whether there are biases, or channels of a norm."""


@dataclass
class Layer:
    """The tensors of one module."""

    name: str
    tensors: dict[str, Tensor] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """Equal for layers that can stand for each other."""
        weight = self.tensors.get("weight")
        outputs = 0 if weight is None or weight.ndim == 0 else len(weight)
        shortcut = SHORTCUT.search(self.name) is not None
        if weight is None or weight.ndim < 2:
            return shortcut, "norm", (outputs, "running_mean" in self.tensors)
        # A linear layer is a convolution over the whole map: some networks write it as one.
        return shortcut, "weighted", (outputs, weight.numel() // max(1, outputs), "bias" in self.tensors)

    @property
    def shown(self) -> str:
        """For a message."""
        shapes = ", ".join(f"{name} {'×'.join(map(str, one.shape))}" for name, one in self.tensors.items())
        return f"{self.name} ({shapes})"


def converted(
    state: Mapping[str, Tensor],
    network_name: str,
    input_shape: tuple[int, int, int] = IMAGENET,
    **hyperparameters: Any,
) -> dict[str, Tensor]:
    """The tensors of ``state`` under the names of our network, which ``load_state_dict`` takes.

    ``state`` is the state dict of torchvision's or timm's network of that name; the network is the one that
    ``build_network`` gives for images of ``input_shape`` with the same number of outputs, for VGG with batch norm if
    there are running means. Auxiliary classifiers are built if there are some in ``state``; with ``auxiliary=False``
    theirs are left out. Raises DefinitionError if one has a layer that the other has not.
    """
    if FAMILIES.fullmatch(network_name) is None:
        rule = "there is no conversion to this network"
        raise _rejected(network_name, rule, "Use an AlexNet, VGG, ResNet, DenseNet, GoogLeNet, Inception or MobileNet.")
    given = _layers(state)
    if "auxiliary" in PARAMETERS[network_name].model_fields:
        present = any(AUXILIARY.match(layer.name) for layer in given)
        hyperparameters = {"auxiliary": present, **hyperparameters}
        if not hyperparameters["auxiliary"]:
            given = [layer for layer in given if not AUXILIARY.match(layer.name)]
    outputs = next((layer.key[2][0] for layer in reversed(given) if layer.key[1] == "weighted"), 0)
    if network_name.startswith("vgg") and any("running_mean" in layer.tensors for layer in given):
        hyperparameters = {"norm": "batch", **hyperparameters}
    with torch.device("meta"):
        settings = NetworkSettings(network_name, None, hyperparameters)
        network = build_network(settings, input_shape, max(1, outputs), seed=0)
    return _matched(network_name, given, _layers(network.state_dict()))


def load_pretrained(network: nn.Module, network_name: str, path: Path, **hyperparameters: Any) -> None:
    """Puts the weights in a file of torchvision or timm into ``network``, built at 3×224×224; see ``converted``."""
    network.load_state_dict(converted(weights_in(path), network_name, **hyperparameters))


def weights_in(path: Path) -> dict[str, Tensor]:
    """The state dict in a ``.safetensors`` file, or in one that ``torch.save`` wrote, of which only tensors are read.

    Raises DefinitionError for a file that cannot be read so.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of PyTorch, on other formats: they are refused
            found = load_file(path) if path.suffix == ".safetensors" else _tensors_of(path)
    except (OSError, SafetensorError, UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        first = str(error).strip().split("\n")[0]
        rule = f"no weights can be read from it: {type(error).__name__}: {first}"
        raise _rejected(str(path), rule, "Give a .safetensors file, or a state dict saved by torch.save.") from error
    if not isinstance(found, Mapping) or not all(isinstance(value, Tensor) for value in found.values()):
        raise _rejected(str(path), "it holds something other than a state dict", "Save network.state_dict() alone.")
    return dict(found)


def _tensors_of(path: Path) -> Any:
    found = torch.load(path, map_location="cpu", weights_only=True)
    return found["state_dict"] if isinstance(found, Mapping) and "state_dict" in found else found


def _layers(state: Mapping[str, Tensor]) -> list[Layer]:
    """In the order of the state dict."""
    found: dict[str, Layer] = {}
    for name, tensor in state.items():
        module, _, leaf = name.rpartition(".")
        found.setdefault(module, Layer(module)).tensors[leaf] = tensor
    return list(found.values())


def _matched(network_name: str, given: Iterable[Layer], wanted: Iterable[Layer]) -> dict[str, Tensor]:
    waiting: dict[Key, list[Layer]] = defaultdict(list)
    for layer in given:
        waiting[layer.key].append(layer)
    made: dict[str, Tensor] = {}
    for layer in wanted:
        if not waiting[layer.key]:
            raise _rejected(network_name, f"the weights have no layer for {layer.shown}", ANOTHER)
        source = waiting[layer.key].pop(0)
        for name, own in layer.tensors.items():
            # The count of batches is missing in old files, and means nothing here.
            found = source.tensors.get(name, torch.zeros((), dtype=own.dtype) if own.ndim == 0 else None)
            if found is None:
                raise _rejected(network_name, f"the weights have no {name} in {source.shown}", ANOTHER)
            made[f"{layer.name}.{name}"] = found.reshape(own.shape)
    if left := [layer for layers in waiting.values() for layer in layers]:
        raise _rejected(network_name, f"the network has no layer for {left[0].shown}", ANOTHER)
    return made


ANOTHER = "Take the weights of the network of the same name, and its hyperparameters, for example norm: batch."


def _rejected(value: str, rule: str, advice: str) -> DefinitionError:
    return DefinitionError([Problem("network", shown(value), rule, advice)])
