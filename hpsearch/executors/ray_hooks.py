"""Ray Tune's loop, asked for workers: when there has to be one more, and which ones are gone.

A Tune trial is a worker. Tune finds a place for it, tells when it is up, and lets it go; what it works on is between
its foreman and the feed, since a round through Tune's loop takes many times as long as a call.
"""

# ruff: noqa: ARG002  (the signatures are Tune's)

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ray.tune.experiment import Trial
from ray.tune.progress_reporter import TrialProgressCallback
from ray.tune.schedulers import FIFOScheduler, TrialScheduler
from ray.tune.search import Searcher

from hpsearch.executors.fault_log import why_it_died
from hpsearch.executors.feed import Feed
from hpsearch.executors.foreman import Foreman
from hpsearch.executors.ray_hand import RayHand, message

PATIENCE_S = 5.0
"""After so long a worker that does not come up may have no room anywhere."""

BEAT_S = 5.0
"""Seconds after which Tune's loop looks around although nothing was said to have changed."""


@dataclass
class Floor:
    """The workers as Tune has them. Only the loop's thread changes it, but for ``gone``."""

    feed: Feed
    check_room: Callable[[], None]
    """Raises WorkerError when the cluster has no room for a single worker (any more)."""
    idle_s: float
    """How long a worker stays warm without anything to do."""
    fault_folder: Path
    starting: dict[str, tuple[Trial | None, float]] = field(default_factory=dict)
    """By trial id, with the time of arrival: they wait for a process."""
    up: dict[str, Trial] = field(default_factory=dict)
    """By trial id: each has a foreman."""
    gone: set[str] = field(default_factory=set)
    """Ids of those whose foremen have killed their workers; Tune has not noticed yet. Foremen add to it."""
    ending: set[str] = field(default_factory=set)
    """Ids of those of which Tune is finding out."""
    checked_at: float = 0.0
    """When room was last checked."""

    def wants_more(self) -> bool:
        """Whether there are fewer workers than there is work for."""
        return self.feed.wanted > len(self.starting) + len(self.up.keys() - self.gone)

    def rest(self) -> None:
        """Waits until there is something to do for Tune."""
        if not self.starting and not self.ending:
            self.feed.wait(lambda: self.feed.has_ended or bool(self.gone) or self.wants_more(), BEAT_S)


class WorkerSearch(Searcher):  # type: ignore[misc]  # Ray has no types
    """Tune's question for the next trial, answered when there is work for one more worker."""

    def __init__(self, floor: Floor, settings: dict[str, Any]) -> None:
        super().__init__()
        self._floor = floor
        self._settings = settings

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        """The configuration of the next worker, None for "not now"."""
        floor = self._floor
        floor.rest()
        if floor.feed.has_ended:
            return str(Searcher.FINISHED)
        if not floor.wants_more():
            return None
        floor.starting[trial_id] = (None, time.monotonic())
        return dict(self._settings)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Nothing is learned from results here."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing is kept: the truth is elsewhere."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing was kept."""


class WorkerScheduler(FIFOScheduler):  # type: ignore[misc]  # Ray has no types
    """First come, first served; a worker that is up stays so until its foreman has killed it."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self._floor = floor

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """A worker is to come."""
        self._floor.starting[trial.trial_id] = (trial, time.monotonic())

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """The next worker to be started, if one is to come."""
        floor, now = self._floor, time.monotonic()
        self._tell_of_the_gone(tune_controller)
        for trial_id, (trial, since) in list(floor.starting.items()):
            late = now - since > PATIENCE_S
            if trial is not None and (floor.feed.has_ended or (late and not floor.feed.wanted)):
                del floor.starting[trial_id]
                tune_controller.stop_trial(trial)
            elif late and now - floor.checked_at > PATIENCE_S:
                floor.checked_at = now
                floor.check_room()
        chosen: Trial | None = super().choose_trial_to_run(tune_controller)
        return chosen

    def _tell_of_the_gone(self, tune_controller: Any) -> None:
        """Tune finds out like of any other death, by a failed step. Stopping the trial would not do: its worker could
        not answer any more."""
        floor = self._floor
        for trial_id in list(floor.gone):
            floor.gone.discard(trial_id)
            if trial := floor.up.pop(trial_id, None):  # else Tune knows already
                floor.ending.add(trial_id)
                tune_controller._schedule_trial_train(trial)  # noqa: SLF001

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:
        """The worker is up: from now on it is left alone. One that its foreman has killed is asked again, since a kill
        takes a moment."""
        is_ending = trial.trial_id in self._floor.ending
        return str(TrialScheduler.CONTINUE if is_ending else TrialScheduler.NOOP)


class Reporter(TrialProgressCallback):  # type: ignore[misc]  # Ray has no types
    """Gives every worker its foreman. Takes the place of Tune's own, which prints to standard output."""

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self._floor = floor

    def on_trial_result(
        self, iteration: int, trials: list[Trial], trial: Trial, result: dict[str, Any], **info: Any
    ) -> None:
        """Prints nothing."""

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Prints nothing."""

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """The trial has its worker process."""
        floor, name = self._floor, trial.trial_id
        floor.starting.pop(name, None)
        floor.up[name] = trial

        def gone() -> None:
            floor.gone.add(name)
            floor.feed.nudge()

        hand = RayHand(trial.temporary_state.ray_actor, floor.fault_folder / name)
        Foreman(name, hand, floor.feed, idle_s=floor.idle_s, gone=gone).begin()

    def on_trial_error(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """The trial's worker died: before it was up, which one of those who wait has to know, or with its foreman."""
        floor, name = self._floor, trial.trial_id
        floor.ending.discard(name)
        floor.up.pop(name, None)
        if floor.starting.pop(name, None) is not None and floor.feed.place(name, _nothing, 0.0) is not None:
            floor.feed.lost(name, why_it_died(_message(trial), floor.fault_folder / name))


def _nothing() -> None:
    """There is no process to kill."""


def _message(trial: Trial) -> str:
    """What Ray says of the trial's end."""
    try:
        error = pickle.loads(Path(trial.pickled_error_file).read_bytes())  # noqa: S301  (Tune wrote it a moment ago)
    except Exception:  # noqa: BLE001  (an exception that cannot be read back is reported as text)
        return Path(trial.error_file).read_text() if trial.error_file else ""
    return message(error)
