"""What a worker says before its first answer."""

from enum import StrEnum


class Sign(StrEnum):
    """A step on the way to an order's answers."""

    TAKEN = "taken"
    """The order has arrived."""
    READY = "ready"
    """Torch is imported and the data is loaded, as far as that can be done."""
