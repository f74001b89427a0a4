"""What the tests of the service share: a queue in memory, a bell that is rung by hand, and a running service."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hpsearch.conductor.loaded import Loaded
from hpsearch.conductor.service import ConductorService, Pace
from hpsearch.conductor.wakes import Ring
from hpsearch.errors import DatabaseUnavailableError
from hpsearch.progress import EventKind
from hpsearch.store.memory import MemoryStore
from hpsearch.store.port import Claim
from hpsearch.study import StudyDefinition, StudyState, Wish
from tests.conductor.scripted import TASK, ScriptedExecutor

PATIENCE_S = 240.0
QUICK = Pace(lease_s=600.0, look_s=0.05, idle_s=0.3, leaving_s=PATIENCE_S, patience_s=0.5)
"""The lease is long: whoever is to stop early has to hear of it by the bell."""


def definition(seed: int = 0, **recipe: Any) -> StudyDefinition:
    return StudyDefinition.model_validate(
        {
            "name": "scripted",
            "seed": seed,
            "data": {"dataset": "digits"},
            "network": {"name": "convnet", "width": {"choice": [8, 16]}},
            "recipe": {"coarse": {"trials": 9}, "fine": {"trials": 5, "rounds": 2}, **recipe},
        }
    )


@dataclass
class MemoryQueue:
    """Hands out what waits, the oldest first."""

    store: MemoryStore
    away: bool = False
    """The database cannot be reached."""
    looks: int = 0
    retries: dict[int, float] = field(default_factory=dict)

    def next_study(self, holder: str, seconds: float, mine: Collection[int] = ()) -> Claim | None:
        self.looks += 1
        if self.away:
            raise DatabaseUnavailableError("the database is away")
        for study in reversed(self.store.studies()):
            if study.state in (StudyState.WAITING, StudyState.INTERRUPTED):
                lease = self.store.claim(study.id, holder, seconds)
                if lease is not None:
                    return Claim(study, lease)
        return None

    def sweep(self) -> list[int]:
        return []


@dataclass(frozen=True)
class Rung:
    study_id: int
    kind: str


class HandBell:
    def __init__(self) -> None:
        self.listeners: list[Callable[[Ring | None], None]] = []

    def subscribe(self, callback: Callable[[Ring | None], None]) -> Callable[[], None]:
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    def ring(self, study_id: int, kind: str = EventKind.WISH) -> None:
        for listener in list(self.listeners):
            listener(Rung(study_id, kind))


@dataclass
class House:
    """A service with everything around it."""

    store: MemoryStore = field(default_factory=MemoryStore)
    bell: HandBell = field(default_factory=HandBell)
    executors: list[ScriptedExecutor] = field(default_factory=list)
    make: Callable[[], ScriptedExecutor] = ScriptedExecutor
    load: Callable[..., Any] = lambda *_: Loaded(TASK)
    pace: Pace = QUICK
    slots: int = 4
    checkpoints: Path | None = None

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.store)

    def executor(self) -> ScriptedExecutor:
        self.executors.append(self.make())
        return self.executors[-1]

    @contextmanager
    def open(self) -> Iterator[ConductorService]:
        service = ConductorService(
            self.store, self.queue, self.bell, self.executor, self.load,
            holder="me", slots=self.slots, pace=self.pace, checkpoints=self.checkpoints,
        )  # fmt: skip
        thread = threading.Thread(target=service.run, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.stop()
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def state(self, study_id: int) -> StudyState:
        return self.store.results(study_id).study.state

    def wish(self, study_id: int, wish: Wish) -> None:
        self.store.wish(study_id, wish)
        self.bell.ring(study_id)


def wait_until(condition: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)
