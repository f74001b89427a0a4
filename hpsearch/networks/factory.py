"""Networks that a user brings: built by a callable of the user's own."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from torch import nn
from torch.nn.parameter import is_lazy

from hpsearch.errors import DefinitionError, Problem, did_you_mean, shown
from hpsearch.factory import USERS_FAILURES, import_factory, raised_in

ALWAYS = ("input_shape", "outputs")
"""Arguments that every factory is called with."""


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
    given = {*ALWAYS, *hyperparameters}
    takes = [one for one in signature.parameters.values() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    names = [one.name for one in takes]
    problems, taken = [], f"it takes {', '.join(names) or 'none'}"
    refused: set[str] = set()
    if all(one.kind is not one.VAR_KEYWORD for one in signature.parameters.values()):
        refused = given.difference(names)
    always = [name for name in ALWAYS if name in refused]
    if always:
        none = f"neither {always[0]!r} nor {always[1]!r}" if len(always) > 1 else f"no argument {always[0]!r}"
        rule = f"{text} takes {none}; {taken}"
        problems.append(Problem("network.factory", "", rule, ADVICE))
    for name in sorted(refused.difference(ALWAYS)):
        advice = f"{did_you_mean(name, [one for one in names if one not in given])}{ADVICE}"
        problems.append(Problem(f"network.{name}", "", f"{text} takes no argument {name!r}; {taken}", advice))
    # What is missing beside a refused one may be that by another name.
    missing = [one.name for one in takes if one.default is one.empty and one.name not in given and not always]
    problems += [Problem(f"network.{name}", "", f"{text} needs the argument {name!r}", "Add it.") for name in missing]
    return problems


ADVICE = "The factory must accept input_shape=(C, H, W), outputs=K and every hyperparameter of the definition."


def _call(text: str, arguments: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={shown(value, 40)}" for name, value in arguments.items())
    return f"{text}({given})"
