"""Why a network has nothing to train."""

from collections.abc import Iterator, Mapping

from torch import Tensor, nn

from hpsearch.errors import Problem

RULE = "the network has no parameters to train"
MOST_NAMED = 3


def nothing_to_train(network: nn.Module, path: str) -> Problem | None:
    """What keeps all weights from being parameters that can be trained; None where one can."""
    parameters = dict(network.named_parameters())
    if any(parameter.requires_grad for parameter in parameters.values()):
        return None
    hidden = list(_hidden(network))
    if layers := [name for name, is_layer in hidden if is_layer]:
        return Problem(
            path,
            "",
            f"{RULE}: layers in a Python list or dict are no part of it ({_named(layers)}), as HP406 says",
            "Keep them in nn.ModuleList, nn.Sequential or nn.ModuleDict.",
        )
    if parameters:
        reason = f"{RULE}: all of its {len(parameters)} parameters are frozen ({_named(list(parameters))})"
        return Problem(path, "", reason, "Let some of them learn: requires_grad_(True).")
    if tensors := [name for name, is_layer in hidden if not is_layer]:
        reason = f"{RULE}: tensors that are kept as plain attributes are none of them ({_named(tensors)})"
        return Problem(path, "", reason, "Keep them as nn.Parameter.")
    return Problem(path, "", RULE, "Make layers in __init__ and keep them as attributes, and tensors as nn.Parameter.")


def _hidden(network: nn.Module) -> Iterator[tuple[str, bool]]:
    """Attributes that hold layers with weights, or tensors, that are not registered; whether it is layers."""
    of_torch = vars(nn.Module())
    for path, module in network.named_modules():
        for name, value in vars(module).items():
            if name in of_torch:
                continue
            said = f"{path}.{name}" if path else name
            held = list(_inside(value))
            if any(isinstance(one, nn.Module) and next(one.parameters(), None) is not None for one in held):
                yield said, True
            elif any(isinstance(one, Tensor) and one.is_floating_point() for one in held):
                yield said, False


def _inside(value: object) -> Iterator[object]:
    """The value, or what lists, tuples, sets and mappings hold, however deep, and even if they hold themselves."""
    waiting, met = [value], set[int]()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, list | tuple | set | Mapping):
            yield one
        elif id(one) not in met:
            met.add(id(one))
            waiting.extend(one.values() if isinstance(one, Mapping) else one)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
