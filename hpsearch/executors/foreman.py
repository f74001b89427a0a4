"""A foreman: the thread that hands one worker its orders, one after the other, past Tune's loop."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayTaskError

from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.fault_log import KILLED_BY_KERNEL, WITHOUT_A_WORD, oom_kills, why_it_died
from hpsearch.executors.feed import Feed
from hpsearch.executors.line import Order
from hpsearch.executors.ray_worker import Sign


class Foreman:
    """Works as long as its worker lives and is needed; at the end it has killed the worker and says so."""

    def __init__(
        self, name: str, actor: Any, feed: Feed, *, idle_s: float, fault_log: Path, gone: Callable[[], None]
    ) -> None:
        self._name, self._actor, self._feed = name, actor, feed
        self._idle_s, self._fault_log, self._gone = idle_s, fault_log, gone
        self._is_fresh = True
        """Whether the worker has never taken an order up."""

    def begin(self) -> None:
        """Gets the thread going."""
        threading.Thread(target=self._work, name=f"hpsearch-{self._name}", daemon=True).start()

    def _work(self) -> None:
        try:
            while (order := self._feed.place(self._name, self._kill, self._idle_s)) is not None:
                if not self._serve(order):
                    break
        finally:
            self._kill()
            self._gone()

    def _serve(self, order: Order) -> bool:
        """Sees an order through; whether the worker can have another one."""
        was_taken, is_fit, is_alive = False, True, False
        kills = latest = oom_kills()
        try:
            for reference in self._actor.serve.options(num_returns="streaming").remote(order):
                made = ray.get(reference)
                if made is Sign.TAKEN:
                    was_taken, self._is_fresh = True, False
                    self._feed.started(self._name)
                elif made is Sign.READY:
                    self._feed.ready(self._name)
                else:
                    is_fit = is_fit and not isinstance(made, OutOfMemory)  # what is left of its memory is in pieces
                    if self._feed.reported(self._name, made):
                        return is_fit
                kills, latest = latest, oom_kills()  # since the answer before: this one may have come late
            reason = "it answered less than it was asked for"
        except Exception as error:  # noqa: BLE001  (Ray raises what the worker raised, whatever that was)
            is_alive = isinstance(error, RayTaskError)  # it has said itself what is wrong
            reason = why_it_died(_message(error), self._fault_log)
            if reason == WITHOUT_A_WORD and oom_kills() > kills:
                reason = KILLED_BY_KERNEL
        self._kill()
        if was_taken or is_alive:
            self._feed.lost(self._name, reason)
        else:
            self._feed.put_back(self._name, reason, is_fresh=self._is_fresh)
        return False

    def _kill(self) -> None:
        with suppress(Exception):  # Ray has ended, and the worker with it
            ray.kill(self._actor)


def _message(error: Exception) -> str:
    """What Ray says of the worker's end."""
    if isinstance(error, RayTaskError):
        return f"{type(error.cause).__name__}: {error.cause}"
    return str(error)
