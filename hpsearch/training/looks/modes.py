"""Layers that do something else in evaluation than in training, and which of them are in which mode."""

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy

from hpsearch.training.stacked.value import Stacked

DRY_RUNS = 9
"""Batches that a norm may have seen, by passes in which a user's network finds out its own shapes."""


def modules_of(root: nn.Module) -> list[tuple[str, nn.Module]]:
    """What ``named_modules`` gives, in a third of the time."""
    found: list[tuple[str, nn.Module]] = []
    known: set[int] = set()

    def add(name: str, module: nn.Module) -> None:
        if id(module) not in known:
            known.add(id(module))
            found.append((name, module))
            prefix = f"{name}." if name else ""
            for key, child in vars(module)["_modules"].items():
                if child is not None:
                    add(prefix + key, child)

    add("", root)
    return found


def has_modes(module: nn.Module) -> bool:
    """Whether the mode matters to a module: to norms that keep statistics, to dropouts, and to a user's own one whose
    forward pass asks for it.

    The last is a heuristic: the name ``training`` stands in the code of its class's ``forward``. That misses what asks
    for it elsewhere, as in a method that ``forward`` calls, and takes for asking whatever else is named so."""
    if isinstance(module, _NormBase):
        return bool(module.track_running_stats)
    if isinstance(module, _DropoutNd):
        return True
    if type(module).__module__.startswith("torch."):
        return False
    code = getattr(type(module).forward, "__code__", None)
    return code is not None and "training" in code.co_names


def switches_itself(root: nn.Module) -> bool:
    """Whether a module has a ``train`` of its own. Where none has, nothing stays in evaluation mode after it."""
    return any("train" in vars(one) or type(one).train is not nn.Module.train for one in root.modules())


def in_mode(root: nn.Module, *, training: bool) -> tuple[str, ...]:
    """The names of those of a network that are in that mode."""
    return tuple(
        name or type(one).__name__ for name, one in modules_of(root) if one.training is training and has_modes(one)
    )


def batch_norms(root: nn.Module) -> tuple[frozenset[str], frozenset[str]]:
    """Their names, and those of them whose statistics come from another training: they are not those that norms begin
    with, and not those of a few batches either."""
    norms = [(name or type(one).__name__, one) for name, one in root.named_modules() if isinstance(one, _BatchNorm)]
    return frozenset(name for name, _ in norms), frozenset(name for name, one in norms if _is_loaded(one))


def _is_loaded(norm: _BatchNorm) -> bool:
    mean, variance, seen = (
        _plain(one) for one in (norm.running_mean, norm.running_var, getattr(norm, "num_batches_tracked", None))
    )
    if (
        mean is None
        or variance is None
        or _is_open(mean)
        or _is_open(variance)
        or (not mean.any() and bool((variance == 1).all()))
    ):
        return False
    batches = 0 if seen is None or _is_open(seen) else int(seen.max())
    return not 0 < batches <= DRY_RUNS


def _is_open(value: Tensor) -> bool:
    """Whether it has no numbers yet."""
    return is_lazy(value) or value.is_meta


def _plain(value: "Tensor | Stacked | None") -> Tensor | None:
    return value.inner if isinstance(value, Stacked) else value
