"""What treats every map by itself, so that the members' maps side by side are only more maps."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from hpsearch.training.stacked.refusal import refuse
from hpsearch.training.stacked.value import MERGED, SHARED, Handler, Stacked


def mapwise(function: Callable[..., Tensor]) -> Handler:
    """Pooling, resizing and whatever else keeps (N, C) and looks at the sides of one map alone."""

    def apply(given: Stacked, *arguments: Any, **options: Any) -> Stacked:
        if options.get("return_indices"):
            refuse(f"{function.__name__} with the places of the maxima")
        if given.order == SHARED:
            return given.like(function(given.inner, *arguments, **options))
        if given.ndim < 3:
            refuse(f"{function.__name__} without a dimension of samples")
        return given.like(function(given.merged(), *arguments, **options), MERGED)

    return apply
