"""Shapes of results on the meta device, where PyTorch's own way to them is slow.

There it walks through decompositions in Python that import its compiler: seconds for the first call and milliseconds
for each further one, in which nothing but shapes comes out. Everything that is not in the table goes PyTorch's way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

_ATEN = torch.ops.aten


def run(operation: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
    """What the operation of ATen gives; on the meta device that is tensors without numbers."""
    shortcut = SHORTCUTS.get(operation)
    given = {name: value for name, value in keywords.items() if value not in (None, False, torch.preserve_format)}
    if shortcut is None or given or not all(one.is_meta for one in arguments if isinstance(one, Tensor)):
        return operation(*arguments, **keywords)
    return shortcut(*arguments)


def _addmm(bias: Tensor, first: Tensor, second: Tensor) -> Tensor:
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[0]:
        return torch.addmm(bias, first, second)  # which raises, and says why
    return first.new_empty(first.shape[0], second.shape[1])


def _mm(first: Tensor, second: Tensor) -> Tensor:
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[0]:
        return torch.mm(first, second)  # which raises, and says why
    return first.new_empty(first.shape[0], second.shape[1])


def _sum(given: Tensor, dimensions: Sequence[int] | None, keep: bool = False) -> Tensor:
    gone = {one % given.ndim for one in dimensions or range(given.ndim)} if given.ndim else set()
    sides = [1 if at in gone else side for at, side in enumerate(given.shape) if keep or at not in gone]
    return given.new_empty(sides)


def _max_pool_backward(_gradient: Tensor, given: Tensor, *_: Any) -> Tensor:
    return _alike(given)


def _convolution(given: Tensor, weight: Tensor, bias: Tensor | None, *rest: Any) -> Tensor:
    stride, padding, dilation, transposed, _, groups = rest
    sizes = _slid(given, weight.shape[2:], stride, padding, dilation)
    fits = given.ndim == weight.ndim and given.shape[1] == weight.shape[1] * groups
    if transposed or not fits or not sizes:
        made: Tensor = _ATEN.convolution.default(given, weight, bias, *rest)  # which may raise, and say why
        return made
    return _laid_out(given, (given.shape[0], weight.shape[0], *sizes))


def _max_pool(given: Tensor, kernel: Sequence[int], *rest: Any) -> tuple[Tensor, Tensor]:
    given_or_default: list[Any] = [*rest, *([], [0, 0], [1, 1], False)[len(rest) :]]
    stride, padding, dilation, ceil = given_or_default
    sizes = () if ceil or given.ndim != len(kernel) + 2 else _slid(given, kernel, stride or kernel, padding, dilation)
    if not sizes or any(2 * pad > size for pad, size in zip(padding, kernel, strict=False)):
        made: tuple[Tensor, Tensor] = _ATEN.max_pool2d_with_indices.default(given, kernel, *rest)
        return made
    shape = (*given.shape[:2], *sizes)
    return _laid_out(given, shape), _laid_out(given, shape, torch.int64)


def _laid_out(given: Tensor, shape: tuple[int, ...], kind: torch.dtype | None = None) -> Tensor:
    """New maps that lie in memory like the given ones."""
    layout = torch.contiguous_format if given.is_contiguous() else torch.channels_last
    return torch.empty(shape, dtype=kind or given.dtype, device=given.device, memory_format=layout)


def _is_dense(given: Tensor) -> bool:
    return given.is_contiguous() or (given.ndim == 4 and given.is_contiguous(memory_format=torch.channels_last))


def _slid(
    given: Tensor, kernel: Sequence[int], stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int]
) -> tuple[int, ...]:
    """The sides of what a kernel gives that slides over maps; empty where that is better left to PyTorch."""
    maps = given.shape[2:]
    if not len(maps) == len(kernel) == len(stride) == len(padding) == len(dilation) or not _is_dense(given):
        return ()
    sizes = tuple(
        (side + 2 * pad - far * (size - 1) - 1) // step + 1
        for side, size, step, pad, far in zip(maps, kernel, stride, padding, dilation, strict=True)
    )
    return sizes if min(sizes, default=0) > 0 else ()


def _convolution_backward(
    gradient: Tensor, given: Tensor, weight: Tensor, bias: Sequence[int] | None, *rest: Any
) -> tuple[Tensor | None, ...]:
    wanted = rest[-1]
    return (
        _alike(given) if wanted[0] else None,
        _alike(weight) if wanted[1] else None,
        gradient.new_empty(bias or weight.shape[:1]) if wanted[2] else None,
    )


def _batch_norm(given: Tensor, *rest: Any) -> tuple[Tensor, Tensor, Tensor]:
    channels = given.shape[1] if rest[4] else 0  # in evaluation mode no statistics are kept
    return _alike(given), given.new_empty(channels), given.new_empty(channels)


def _batch_norm_backward(gradient: Tensor, given: Tensor, *rest: Any) -> tuple[Tensor | None, ...]:
    channels, wanted = given.shape[1], rest[-1]
    return (
        _alike(gradient) if wanted[0] else None,
        gradient.new_empty(channels) if wanted[1] else None,
        gradient.new_empty(channels) if wanted[2] else None,
    )


def _alike(given: Tensor, *_: Any) -> Tensor:
    return torch.empty_strided(given.shape, given.stride(), dtype=given.dtype, device=given.device)


def _nll_loss(logits: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
    kept = () if rest[2] else (logits.shape[0],)  # 0: a loss for each sample
    return logits.new_empty(kept), logits.new_empty(())


def _nll_loss_backward(_gradient: Tensor, logits: Tensor, *_: Any) -> Tensor:
    return _alike(logits)


SHORTCUTS: Mapping[Any, Callable[..., Any]] = {
    _ATEN.addmm.default: _addmm,
    _ATEN.mm.default: _mm,
    _ATEN.convolution_backward.default: _convolution_backward,
    _ATEN.sum.dim_IntList: _sum,
    _ATEN.convolution.default: _convolution,
    _ATEN.max_pool2d_with_indices_backward.default: _max_pool_backward,
    _ATEN.max_pool2d_with_indices.default: _max_pool,
    **dict.fromkeys(
        (
            _ATEN.relu.default,
            _ATEN.threshold_backward.default,
            _ATEN._log_softmax.default,  # noqa: SLF001  (its name)
            _ATEN._log_softmax_backward_data.default,  # noqa: SLF001
            _ATEN.zeros_like.default,
            _ATEN.ones_like.default,
        ),
        _alike,
    ),
    _ATEN.nll_loss_forward.default: _nll_loss,
    _ATEN.nll_loss_backward.default: _nll_loss_backward,
    _ATEN.native_batch_norm.default: _batch_norm,
    _ATEN.native_batch_norm_backward.default: _batch_norm_backward,
}
"""By operation; each is called with its arguments in the order of the schema, weights and results without numbers."""
