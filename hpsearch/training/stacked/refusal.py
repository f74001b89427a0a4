"""Why networks cannot be trained as one."""

from typing import NoReturn

from hpsearch.errors import HpsearchError


class CannotStackError(HpsearchError):
    """Train these members one by one: the message says what in their networks cannot be done for all at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """A sentence without its full stop."""


def refuse(what: str) -> NoReturn:
    """Raises CannotStackError for something that a network's code does."""
    raise CannotStackError(f"{what} cannot be done for all members at once")
