"""Weights that a forward pass takes and its network does not have as parameters."""

from collections.abc import Iterable

from torch import Tensor, nn

MOST_STEPS = 10_000
"""Of a computation that is gone back for where a tensor comes from."""


class Foreign:
    """Those of one pass without gradients: whatever wants one there was made outside of it, or as a new layer in it."""

    def __init__(self, network: nn.Module) -> None:
        self._own = {id(parameter) for parameter in network.parameters()}
        self._origins: dict[int, tuple[Tensor, ...]] = {}
        """Of what was computed without any image, the foreign weights that it was computed from."""
        self._taken: dict[int, tuple[Tensor, str]] = {}
        self._kept: list[Tensor] = []  # so that no other tensor gets the same id

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """In the order in which they met what came of the images."""
        return tuple(weight for weight, _ in self._taken.values())

    @property
    def said(self) -> tuple[str, ...]:
        """What takes each of them, and its shape."""
        return tuple(words for _, words in self._taken.values())

    def meet(self, function: str, given: Iterable[Tensor]) -> None:
        """A call that something of the images goes into, with what goes into it beside."""
        for weight in self._among(given):
            self._taken.setdefault(id(weight), (weight, f"{function} ({'×'.join(map(str, weight.shape)) or '1'})"))

    def pass_on(self, function: str, given: Iterable[Tensor], made: Iterable[Tensor]) -> None:
        """A call without anything of the images, such as a weight over a number."""
        origins = tuple(self._among(given))
        if not origins or function.startswith("new_") or function.endswith("_like"):  # its shape alone is taken
            return
        for tensor in made:
            if not any(tensor is origin for origin in origins):
                self._origins[id(tensor)] = origins
                self._kept.append(tensor)

    def _among(self, given: Iterable[Tensor]) -> Iterable[Tensor]:
        found: dict[int, Tensor] = {}
        for tensor in given:
            base = tensor._base  # noqa: SLF001  (a view of a weight wants a gradient and is a leaf, in such a pass)
            one = tensor if base is None else base
            origins = self._origins.get(id(tensor), self._origins.get(id(one), ()))
            if not origins and one.requires_grad and self._is_foreign(one):
                self._kept.append(one)
                origins = (one,)
            found.update((id(origin), origin) for origin in origins)
        return found.values()

    def _is_foreign(self, tensor: Tensor) -> bool:
        """Whether a tensor is no parameter, nor computed from parameters alone."""
        if tensor.is_leaf:
            return id(tensor) not in self._own
        steps = dict.fromkeys([tensor.grad_fn])
        waiting = list(steps)
        while waiting and len(steps) < MOST_STEPS:
            step = waiting.pop()
            leaf = getattr(step, "variable", None)
            if isinstance(leaf, Tensor) and id(leaf) not in self._own:
                return True
            before = [one for one, _ in getattr(step, "next_functions", ()) if one is not None and one not in steps]
            steps.update(dict.fromkeys(before))
            waiting += before
        return False
