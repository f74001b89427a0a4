"""Counts the memory that is alive while a network runs: every storage once, from its birth to its end."""

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from hpsearch.cost.shapes import run
from hpsearch.cost.workspace import workspace_bytes


class LiveMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The bytes of all tensors that operations made and that are still in use, while this mode is on.

    Works on the meta device as on real ones: what counts is which storages live at once, not what lies in them.
    """

    def __init__(self, block_bytes: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.live_bytes = 0
        self.peak_bytes = 0
        self._block_bytes = block_bytes
        self._known: dict[int, weakref.ref[Any]] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the mode works without torch's compiler, whose import would take seconds

    def add(self, tensors: Iterable[Tensor]) -> None:
        """Counts tensors that were there before."""
        for tensor in tensors:
            self._meet(tensor)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        made = run(func, args, kwargs or {})
        results = tuple(one for one in tree_leaves(made) if isinstance(one, Tensor))
        self.add(results)
        name = func.name().split("::")[-1].split(".")[0]
        self.peak_bytes = max(self.peak_bytes, self.live_bytes + workspace_bytes(name, args))
        return made

    def _meet(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata  # noqa: SLF001  (the identity of the memory, which tensors share)
        if key in self._known:
            return
        size = -(-storage.nbytes() // self._block_bytes) * self._block_bytes

        def gone(_: object) -> None:
            self.live_bytes -= size
            del self._known[key]

        self._known[key] = weakref.ref(storage, gone)
        self.live_bytes += size
        self.peak_bytes = max(self.peak_bytes, self.live_bytes)
