"""A foreman: the thread that hands one worker its orders, one after the other."""

import threading
from collections.abc import Callable

from hpsearch.executors.answers import OutOfMemory
from hpsearch.executors.fault_log import KILLED_BY_KERNEL, WITHOUT_A_WORD, oom_kills
from hpsearch.executors.feed import Feed
from hpsearch.executors.hand import Ending, Hand
from hpsearch.executors.line import Order
from hpsearch.executors.sign import Sign


class Foreman:
    """Works as long as its worker lives and is needed; at the end it has killed the worker and says so."""

    def __init__(self, name: str, hand: Hand, feed: Feed, *, idle_s: float, gone: Callable[[], None]) -> None:
        self._name, self._hand, self._feed = name, hand, feed
        self._idle_s, self._gone = idle_s, gone
        self._is_fresh = True
        """Whether the worker has never taken an order up."""

    def begin(self) -> None:
        """Gets the thread going."""
        threading.Thread(target=self._work, name=f"hpsearch-{self._name}", daemon=True).start()

    def _work(self) -> None:
        try:
            while (order := self._feed.place(self._name, self._hand.kill, self._idle_s)) is not None:
                if not self._serve(order):
                    break
        finally:
            self._hand.kill()
            self._gone()

    def _serve(self, order: Order) -> bool:
        """Sees an order through; whether the worker can have another one."""
        was_taken, is_fit = False, True
        kills = latest = oom_kills()
        try:
            for made in self._hand.serve(order):
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
            ending = Ending("it answered less than it was asked for", said_itself=False)
        except Exception as error:  # noqa: BLE001  (whatever the worker raised)
            ending = self._hand.ending(error)
        reason = ending.reason
        if reason == WITHOUT_A_WORD and oom_kills() > kills:
            reason = KILLED_BY_KERNEL
        self._hand.kill()
        if was_taken or ending.said_itself:
            self._feed.lost(self._name, reason, is_accident=ending.is_accident)
        else:
            self._feed.put_back(self._name, reason, is_fresh=self._is_fresh and not ending.is_accident)
        return False
