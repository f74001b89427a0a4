"""Networks that a user brings: built by a callable of the user's own."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.factory import import_factory


def factory_builder(text: str) -> Callable[..., nn.Module]:
    """The builder behind ``module:callable``, to be called like those of the table.

    Raises DefinitionError if it cannot be imported. The builder raises DefinitionError if the user's callable
    raises, or if it gives anything but a ``torch.nn.Module``.
    """
    found = import_factory(text, "network.factory")

    def build(**arguments: Any) -> nn.Module:
        try:
            network = found(**arguments)
        except DefinitionError:
            raise
        except Exception as error:
            rule = f"building the network raised {type(error).__name__}: {error}"
            raise DefinitionError([Problem("network.factory", _call(text, arguments), rule, ADVICE)]) from error
        if not isinstance(network, nn.Module):
            rule = f"the factory must return a torch.nn.Module, and gave a {type(network).__name__}"
            raise DefinitionError([Problem("network.factory", text, rule, "Return the built network.")])
        return network

    return build


ADVICE = "The factory must accept input_shape=(C, H, W), outputs=K and every hyperparameter of the definition."


def _call(text: str, arguments: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={shown(value, 40)}" for name, value in arguments.items())
    return f"{text}({given})"
