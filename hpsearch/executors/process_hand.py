"""A worker on this machine: a child of the nursery."""

from collections.abc import Iterator

from hpsearch.errors import HpsearchError
from hpsearch.executors.answers import Unserved
from hpsearch.executors.fault_log import explained
from hpsearch.executors.hand import Ending
from hpsearch.executors.line import Answer, Order
from hpsearch.executors.nursery import Child
from hpsearch.executors.sign import Sign

DYING_S = 5.0
"""How long the end of a process may take to be told after its connection has ended."""


class UnservedError(HpsearchError):
    """Try another worker: this one has said that it cannot serve the order."""


class ProcessHand:
    """Orders and answers go through the child's connection."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self.has_begun = False
        """Whether it has ever taken an order up."""

    def serve(self, order: Order) -> Iterator[Sign | Answer]:
        """See ``Hand``."""
        connection = self._child.connection
        connection.send(order)
        while True:
            made = connection.recv()
            if isinstance(made, Unserved):
                raise UnservedError(made.reason)
            self.has_begun = True
            yield made

    def ending(self, error: Exception) -> Ending:
        """See ``Hand``."""
        if not isinstance(error, EOFError | OSError):
            return Ending(str(error) or type(error).__name__, said_itself=True)
        status, log = self._child.exit_status(DYING_S), self._child.fault_text()
        if self._child.orphaned_because is not None:
            return Ending(self._child.orphaned_because, said_itself=False, is_accident=True)
        if status and status > 0 and log:  # its last words, an exception that nothing has caught
            return Ending(explained(log, log), said_itself=False)
        if log or status is None or status < 0:
            return Ending(explained("", log), said_itself=False)
        return Ending(f"it ended by itself with exit code {status}, as after os._exit", said_itself=False)

    def kill(self) -> None:
        """See ``Hand``."""
        self._child.kill()
