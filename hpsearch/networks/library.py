"""Networks of the packages timm and torchvision (the optional extra ``vision``), always untrained.

Both packages decide what a name builds; another version of theirs may build another network.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.factory import USERS_FAILURES
from hpsearch.networks.loading import LOADING, NOT_TO_LOAD

Shape = tuple[int, int, int]
"""(C, H, W)"""


def library_builder(text: str) -> Callable[..., nn.Module]:
    """The builder behind ``timm:NAME`` or ``torchvision:NAME``, to be called like those of the table.

    Imports the package: for names of the user of this machine, or those that an operator allows. Raises
    DefinitionError if it cannot be imported. The builder raises DefinitionError for a name or a hyperparameter that
    the package does not take, and for anything it builds that is no ``torch.nn.Module``.
    """
    library, _, name = text.partition(":")
    build_in = LIBRARIES[library]
    package = _imported(library, name)

    def build(input_shape: Shape, outputs: int, **hyperparameters: Any) -> nn.Module:
        for key in sorted(LOADING & hyperparameters.keys()):
            raise _rejected(f"network.{key}", hyperparameters[key], f"{key} {NOT_TO_LOAD}", "Leave it out.")
        try:
            network = build_in(package, name, input_shape, outputs, hyperparameters)
        except DefinitionError:
            raise
        except USERS_FAILURES as error:
            rule = f"{library} raised {type(error).__name__}: {error}"
            raise _rejected(f"network.{library}", name, rule, "Correct the name or the hyperparameters.") from error
        if not isinstance(network, nn.Module):
            rule = f"{library} gave a {type(network).__name__}, which is no network"
            raise _rejected(f"network.{library}", name, rule, "Choose a classifier.")
        return network

    return build


def _timm(package: Any, name: str, input_shape: Shape, outputs: int, hyperparameters: Mapping[str, Any]) -> Any:
    return package.create_model(name, pretrained=False, in_chans=input_shape[0], num_classes=outputs, **hyperparameters)


def _torchvision(package: Any, name: str, input_shape: Shape, outputs: int, hyperparameters: Mapping[str, Any]) -> Any:
    if input_shape[0] != CHANNELS:
        rule = f"torchvision's networks take images of {CHANNELS} channels, and the data have {input_shape[0]}"
        raise _rejected("network.torchvision", name, rule, "Use timm, a named network, or images of three channels.")
    defaults = TORCHVISION_DEFAULTS.get(name, {})
    return package.models.get_model(name, weights=None, num_classes=outputs, **{**defaults, **hyperparameters})


CHANNELS = 3
"""Of the first convolution of every network in torchvision."""

TORCHVISION_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    name: {"aux_logits": False, "init_weights": True} for name in ("googlenet", "inception_v3")
}
"""Without auxiliary classifiers, whose outputs torchvision wraps in types of its own; and ``init_weights``, whose
default torchvision announces to change."""

LIBRARIES: Mapping[str, Callable[[Any, str, Shape, int, Mapping[str, Any]], Any]] = {
    "timm": _timm,
    "torchvision": _torchvision,
}
"""Each is called with the imported package, the model's name, (C, H, W), K and the hyperparameters."""


def _imported(library: str, name: str) -> Any:
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise _broken(library, name, error) from error
        rule = f"the package {library} is not installed"
        raise _rejected(f"network.{library}", name, rule, "Install it: pip install 'hpsearch[vision]'.") from error
    except USERS_FAILURES as error:
        raise _broken(library, name, error) from error


def _broken(library: str, name: str, error: BaseException) -> DefinitionError:
    rule = f"the package {library} cannot be imported: {type(error).__name__}: {error}"
    advice = "Install builds of torch and torchvision that belong together (both for the CPU, or for one CUDA version)."
    return _rejected(f"network.{library}", name, rule, advice)


def _rejected(path: str, value: object, rule: str, advice: str) -> DefinitionError:
    return DefinitionError([Problem(path, shown(value), rule, advice)])
