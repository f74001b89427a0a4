"""The pytest plugin: a team's own tests hold its network to the recipe.

``from hpsearch.plugin import assert_overfits`` or the fixture of the same name. Neither importing this package nor the
plugin itself imports PyTorch: what the assertions need is imported when one is first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpsearch.plugin.assertions import (
        assert_gradients_reach,
        assert_initial_loss,
        assert_overfits,
        assert_samples_independent,
    )

__all__ = ["assert_gradients_reach", "assert_initial_loss", "assert_overfits", "assert_samples_independent"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hpsearch.plugin import assertions  # noqa: PLC0415  (PyTorch)

    return getattr(assertions, name)
