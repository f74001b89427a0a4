"""A worker on Ray: an actor that Tune has placed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayTaskError

from hpsearch.executors.fault_log import why_it_died
from hpsearch.executors.hand import Ending
from hpsearch.executors.line import Answer, Order
from hpsearch.executors.sign import Sign


class RayHand:
    """Orders go to the actor by one streaming call each, past Tune's loop."""

    def __init__(self, actor: Any, fault_log: Path) -> None:
        self._actor, self._fault_log = actor, fault_log

    def serve(self, order: Order) -> Iterator[Sign | Answer]:
        """See ``Hand``."""
        for reference in self._actor.serve.options(num_returns="streaming").remote(order):
            yield ray.get(reference)

    def ending(self, error: Exception) -> Ending:
        """See ``Hand``. Ray raises what the worker raised, whatever that was."""
        return Ending(why_it_died(message(error), self._fault_log), said_itself=isinstance(error, RayTaskError))

    def kill(self) -> None:
        """See ``Hand``."""
        with suppress(Exception):  # Ray has ended, and the worker with it
            ray.kill(self._actor)


def message(error: Exception) -> str:
    """What Ray says of the worker's end."""
    if isinstance(error, RayTaskError):
        return f"{type(error.cause).__name__}: {error.cause}"
    return str(error)
