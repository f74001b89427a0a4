"""Switching regularisation off inside a network."""

from torch import nn

DROPOUT_RATES: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Dropout, "p"),
    (nn.Dropout1d, "p"),
    (nn.Dropout2d, "p"),
    (nn.Dropout3d, "p"),
    (nn.AlphaDropout, "p"),
    (nn.FeatureAlphaDropout, "p"),
    (nn.MultiheadAttention, "dropout"),
    (nn.RNNBase, "dropout"),
)
"""Modules of torch that drop something while they train, and the attribute that holds the rate."""


def drops_out(network: nn.Module) -> bool:
    """Whether there is dropout that ``switch_dropout_off`` would switch off."""
    return any(
        isinstance(module, kind) and getattr(module, rate) > 0
        for module in network.modules()
        for kind, rate in DROPOUT_RATES
    )


def switch_dropout_off(network: nn.Module) -> None:
    """Sets the rate of every dropout module to 0, subclasses included.

    A network that calls ``torch.nn.functional.dropout`` with a number of its own keeps it: that cannot be seen from
    outside.
    """
    for module in network.modules():
        for kind, rate in DROPOUT_RATES:
            if isinstance(module, kind):
                setattr(module, rate, 0.0)
