"""One copy of the networks' modules whose parameters and buffers are those of all members."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from hpsearch.training.stacked.rates import Rates
from hpsearch.training.stacked.refusal import CannotStackError
from hpsearch.training.stacked.table import StackedTensor
from hpsearch.training.stacked.value import LEADING, Members

NOT_SETTINGS = frozenset({"_parameters", "_buffers", "_modules", "training"})
"""What a module holds beside its settings."""
HOOKS = tuple(
    f"_{name}"
    for name in (
        *("forward_hooks", "forward_pre_hooks", "backward_hooks", "backward_pre_hooks"),
        *("state_dict_hooks", "load_state_dict_pre_hooks"),
    )
)


def template_of(networks: Sequence[nn.Module], members: Members) -> nn.Module:
    """Raises CannotStackError where the networks differ in more than numbers, or have hooks."""
    try:
        template = copy.deepcopy(networks[0])
    except Exception as error:
        raise CannotStackError(f"the network cannot be copied ({type(error).__name__}: {error})") from error
    trees = [dict(network.named_modules(remove_duplicate=False)) for network in (template, *networks)]
    if any(list(tree) != list(trees[0]) for tree in trees):
        raise CannotStackError("the networks have different layers")
    placed: dict[int, StackedTensor] = {}
    done: set[int] = set()
    for name in trees[0]:
        own, *others = (tree[name] for tree in trees)
        if id(own) not in done:
            done.add(id(own))
            _refuse_unlike(name, others)
            _settle(name, own, others)
            _place(name, own, others, members, placed)
    return template


def laid(tensors: Iterable[Tensor], memory_format: torch.memory_format) -> Tensor:
    """(K, *shape) of K tensors. Filters lie in memory as (K, O, kh, kw, I) where maps are channels last."""
    values = [tensor.detach() for tensor in tensors]
    if memory_format == torch.channels_last and values[0].ndim == 4:
        return torch.stack([value.permute(0, 2, 3, 1) for value in values]).permute(0, 1, 4, 2, 3)
    return torch.stack(values)


def _refuse_unlike(name: str, modules: Sequence[nn.Module]) -> None:
    where = _told(name, modules[0])
    for module in modules:
        if not _same_class(type(module), type(modules[0])):
            raise CannotStackError(f"{where} is another kind of layer in another member")
        if isinstance(module, torch.jit.ScriptModule):
            raise CannotStackError(f"{where} is compiled code")
        if isinstance(module, nn.RNNBase | nn.RNNCellBase):
            raise CannotStackError(f"{where} is a recurrent layer")
        if any(module.__dict__.get(hooks) for hooks in HOOKS):
            raise CannotStackError(f"{where} has hooks")


def _same_class(one: type, other: type) -> bool:
    """Also those of a class statement inside a function, which makes a class for each network."""
    if one is other:
        return True
    names = (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)
    codes = [getattr(vars(kind).get("forward"), "__code__", None) for kind in (one, other)]
    return names and codes[0] is codes[1]


def _settle(name: str, own: nn.Module, modules: Sequence[nn.Module]) -> None:
    """Numbers that differ become rates; anything else must be the same in all."""
    first = modules[0]
    for key, value in first.__dict__.items():
        if key in NOT_SETTINGS or key.endswith("_hooks"):
            continue
        found = [module.__dict__.get(key) for module in modules]
        if all(_same(value, one) for one in found):
            continue
        if any(isinstance(one, float) for one in found) and all(type(one) in (int, float) for one in found):
            own.__dict__[key] = Rates([float(one) for one in found if one is not None])
        else:
            raise CannotStackError(f"{_told(name, first)} has another {key} in another member")


def _same(one: Any, other: Any) -> bool:
    """Of what cannot be compared only the type: the first pass is compared with the members' own anyway."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        return one.shape == other.shape and one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, int | float | str | bytes | set | frozenset | torch.dtype | torch.device):
        return bool(one == other)
    return True


def _place(
    name: str, own: nn.Module, modules: Sequence[nn.Module], members: Members, placed: dict[int, StackedTensor]
) -> None:
    for kind in ("_parameters", "_buffers"):
        table: dict[str, Any] = own.__dict__[kind]
        for key, value in table.items():
            if value is None:
                if any(module.__dict__[kind].get(key) is not None for module in modules):
                    raise CannotStackError(f"{_told(name, own)} has no {key} in one of the members")
                continue
            tensors = [module.__dict__[kind].get(key) for module in modules]
            _refuse_other_tensors(f"{key} of {_told(name, own)}", tensors)
            if id(value) not in placed:
                data = laid(tensors, members.memory_format)
                placed[id(value)] = StackedTensor(
                    data.requires_grad_(tensors[0].requires_grad and kind == "_parameters"), LEADING, members
                )
            table[key] = placed[id(value)]


def _refuse_other_tensors(what: str, tensors: Sequence[Any]) -> None:
    first = tensors[0]
    for one in tensors:
        if not isinstance(one, Tensor) or is_lazy(one) or one.layout != torch.strided:
            raise CannotStackError(f"{what} is no tensor of a known shape")
        kind = (one.shape, one.dtype, one.device, one.requires_grad)
        if kind != (first.shape, first.dtype, first.device, first.requires_grad):
            raise CannotStackError(f"{what} has another shape, type, device or need of a gradient in another member")


def _told(name: str, module: nn.Module) -> str:
    return f"{type(module).__name__} {name}" if name else type(module).__name__


class Held(NamedTuple):
    """A parameter or a buffer in its place."""

    name: str
    value: StackedTensor
    kind: str
    """``_parameters`` or ``_buffers``."""
    persistent: bool
    """Whether the network's state holds it."""


def held(template: nn.Module) -> Iterator[Held]:
    """All of them in the order of the network's state; those with several names several times."""
    for prefix, module in template.named_modules(remove_duplicate=False):
        for kind in ("_parameters", "_buffers"):
            for key, value in module.__dict__[kind].items():
                if value is not None:
                    hidden = kind == "_buffers" and key in module.__dict__["_non_persistent_buffers_set"]
                    yield Held(f"{prefix}.{key}" if prefix else key, value, kind, persistent=not hidden)
