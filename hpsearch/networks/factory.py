"""Networks that a user brings: built by a callable of the user's own."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import nn
from torch.nn.parameter import is_lazy

from hpsearch.errors import DefinitionError, Problem, shown
from hpsearch.factory import USERS_FAILURES, import_factory, raised_in


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
        except USERS_FAILURES as error:
            place = raised_in(error)
            rule = f"building the network raised {type(error).__name__}: {error}{place}"
            advice = "Correct the factory there, or the hyperparameters." if place else ADVICE
            raise DefinitionError([Problem("network.factory", _call(text, arguments), rule, advice)]) from error
        if not isinstance(network, nn.Module):
            rule = f"the factory must return a torch.nn.Module, and gave a {type(network).__name__}"
            raise DefinitionError([Problem("network.factory", text, rule, "Return the built network.")])
        open_names = [name for name, parameter in network.named_parameters() if is_lazy(parameter)]
        if open_names:
            rule = f"{open_names[0]} has no size before the first pass, so that no seed decides its first values"
            raise DefinitionError([Problem("network.factory", text, rule, "Compute the size from input_shape.")])
        return network

    return build


def signature_problems(text: str, hyperparameters: Iterable[str]) -> list[Problem]:
    """Hyperparameters that the user's callable does not take or misses, as far as its signature says.

    Raises DefinitionError if it cannot be imported.
    """
    try:
        signature = inspect.signature(import_factory(text, "network.factory"))
    except ValueError:  # some callables written in C have none
        return []
    given = {"input_shape", "outputs", *hyperparameters}
    takes = [one for one in signature.parameters.values() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    names = [one.name for one in takes]
    problems = []
    if all(one.kind is not one.VAR_KEYWORD for one in signature.parameters.values()):
        for name in sorted(given.difference(names)):
            place = "network.factory" if name in ("input_shape", "outputs") else f"network.{name}"
            rule = f"{text} takes no argument {name!r}; it takes {', '.join(names) or 'none'}"
            problems.append(Problem(place, "", rule, ADVICE))
    missing = [one.name for one in takes if one.default is one.empty and one.name not in given]
    problems += [Problem(f"network.{name}", "", f"{text} needs the argument {name!r}", "Add it.") for name in missing]
    return problems


ADVICE = "The factory must accept input_shape=(C, H, W), outputs=K and every hyperparameter of the definition."


def _call(text: str, arguments: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={shown(value, 40)}" for name, value in arguments.items())
    return f"{text}({given})"
