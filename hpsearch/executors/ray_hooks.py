"""Ray Tune's loop, fed with cohorts: what it runs next, which workers stay warm, and what it tells about.

Tune would end a worker as soon as nothing waits for it (it keeps one at most), and a new one takes seconds to start.
So a worker that has trained its cohort is parked: its Tune trial is left running without anything to do and stopped
at the moment when a new cohort needs the worker, which Tune then hands on (``reuse_actors``). Nobody needs it for a
while: it is ended, and its memory is free.
"""

# ruff: noqa: ARG002  (the signatures are Tune's)

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayTaskError
from ray.tune.experiment import Trial
from ray.tune.progress_reporter import TrialProgressCallback
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from hpsearch.executors.fault_log import why_it_died
from hpsearch.executors.feed import Feed

PATIENCE_S = 5.0
"""A cohort that has waited so long for a worker of its own takes a parked one: the cluster has no room for more."""

IDLE_BEAT_S = 1.0
"""Seconds between two looks at workers that are all idle."""


@dataclass
class Floor:
    """The Tune trials that have no cohort to train now or not yet. Only the loop's thread comes here."""

    feed: Feed
    check_room: Callable[[], None]
    """Raises WorkerError when the cluster has no room for a single worker (any more)."""
    idle_s: float
    """How long a worker stays warm without anything to train."""
    parked: dict[str, tuple[Trial, float]] = field(default_factory=dict)
    """By trial id, with the time since which their workers are idle, the longest idle one first."""
    ending: set[str] = field(default_factory=set)
    """Ids of those whose idle workers were killed; Tune has not noticed yet."""
    pending: dict[str, tuple[Trial, float]] = field(default_factory=dict)
    """By trial id, with the time of arrival: they wait for a worker."""
    offered: set[str] = field(default_factory=set)
    """Ids of pending trials that Tune was told to start."""
    checked_at: float = 0.0
    """When room was last checked."""

    @property
    def patience_s(self) -> float | None:
        """How long nothing may happen before there is something to look after; None: nothing ever is."""
        return IDLE_BEAT_S if self.parked or self.ending else None

    @property
    def must_wait(self) -> bool:
        """Tune finds a warm worker for one newcomer at a time; for a second one it would start a new process."""
        return bool(self.parked) and any(trial_id not in self.offered for trial_id in self.pending)


class CohortSearch(Searcher):  # type: ignore[misc]  # Ray has no types
    """Tune's question for the next trial, answered by the feed."""

    def __init__(self, floor: Floor, settings: dict[str, Any]) -> None:
        super().__init__()
        self._floor = floor
        self._settings = settings

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """The configuration of the next trial, None for "not now"."""
        if self._floor.must_wait:
            return None
        cohort = self._floor.feed.place(trial_id, self._floor.patience_s)
        if cohort is not None:
            return {**self._settings, "cohort": cohort}
        return Searcher.FINISHED if self._floor.feed.has_ended else None

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Nothing is learned from results here."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing is kept: the truth is elsewhere."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing was kept."""


class ParkingScheduler(FIFOScheduler):  # type: ignore[misc]  # Ray has no types
    """First come, first served, and workers stay warm."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self._floor = floor

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """A cohort waits for a worker."""
        self._floor.pending[trial.trial_id] = (trial, time.monotonic())

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """The newcomer, with a parked worker if there is one; else whoever has waited too long for a worker of its
        own."""
        floor, now = self._floor, time.monotonic()
        if floor.feed.has_ended:
            for trial, _ in (*floor.parked.values(), *floor.pending.values()):
                tune_controller.stop_trial(trial)
            floor.parked.clear()
            floor.pending.clear()
        for trial_id, (trial, since) in floor.pending.items():
            is_new, is_late = trial_id not in floor.offered, now - since > PATIENCE_S
            if is_new or (is_late and floor.parked):
                floor.offered.add(trial_id)
                if floor.parked:
                    tune_controller.stop_trial(floor.parked.popitem()[1][0])  # the warmest
                return trial
            if is_late and now - floor.checked_at > PATIENCE_S:
                floor.checked_at = now
                floor.check_room()
        self._end_idle_workers(tune_controller, now)
        return None

    def _end_idle_workers(self, tune_controller: Any, now: float) -> None:
        """Kills those that nobody has needed for a while; Tune finds out like of any other death, by a failed step.

        Stopping the Tune trial would not do: Tune keeps one such worker.
        """
        floor = self._floor
        for trial_id, (trial, since) in list(floor.parked.items()):
            if now - since >= floor.idle_s:
                del floor.parked[trial_id]
                floor.ending.add(trial_id)
                ray.kill(trial.temporary_state.ray_actor)
                tune_controller._schedule_trial_train(trial)  # noqa: SLF001

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """The worker is ready, or a member has its result; after the last one the worker is parked."""
        member = result["member"]
        if member is None:
            self._floor.feed.ready(trial.trial_id)
        elif self._floor.feed.reported(trial.trial_id, member):
            self._floor.parked[trial.trial_id] = (trial, time.monotonic())
            return str(TrialScheduler.NOOP)
        return str(TrialScheduler.CONTINUE)


class Reporter(TrialProgressCallback):  # type: ignore[misc]  # Ray has no types
    """Tells the feed which workers start and die. Takes the place of Tune's own, which prints to standard output."""

    def __init__(self, floor: Floor, fault_folder: Path) -> None:
        super().__init__()
        self._floor = floor
        self._fault_folder = fault_folder

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **info: Any
    ) -> None:
        """Prints nothing."""

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Prints nothing."""

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """The trial has its worker process."""
        self._leave(trial)
        actor = trial.temporary_state.ray_actor
        self._floor.feed.started(trial.trial_id, lambda: ray.kill(actor))

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """The trial's worker died, before the trial began or while it trained."""
        self._leave(trial)
        self._floor.parked.pop(trial.trial_id, None)
        self._floor.ending.discard(trial.trial_id)
        reason = why_it_died(_message(trial), self._fault_folder / trial.trial_id)
        self._floor.feed.lost(trial.trial_id, reason)

    def _leave(self, trial: Trial) -> None:
        self._floor.pending.pop(trial.trial_id, None)
        self._floor.offered.discard(trial.trial_id)


def _message(trial: Trial) -> str:
    """What Ray says of the trial's end."""
    try:
        error = pickle.loads(Path(trial.pickled_error_file).read_bytes())  # noqa: S301  (Tune wrote it a moment ago)
    except Exception:  # noqa: BLE001  (an exception that cannot be read back is reported as text)
        return Path(trial.error_file).read_text() if trial.error_file else ""
    if isinstance(error, RayTaskError):
        return f"{type(error.cause).__name__}: {error.cause}"
    return str(error)
