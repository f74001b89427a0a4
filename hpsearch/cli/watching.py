"""The live view of a study that a service works on: its events become the calls of an observer."""

import time
from datetime import datetime

from hpsearch.cli.output import print_json, print_text
from hpsearch.cli.progress import Progress, shown_progress
from hpsearch.client.client import Client
from hpsearch.progress import EventKind
from hpsearch.report.service_documents import EventDocument, StatusDocument
from hpsearch.report.text import report_renderable
from hpsearch.study import ENDED, Objective, StudyState
from hpsearch.trial import Failure, TrialResult, TrialState
from hpsearch.verdict import Outcome, Verdict

STATE_WORDS = {
    StudyState.WAITING: "waits for its turn",
    StudyState.RUNNING: "is worked on",
    StudyState.INTERRUPTED: "was interrupted, and goes on as soon as somebody can work on it",
    StudyState.PAUSED: "is paused until `hpsearch resume`",
}
"""What is said of the states in which a study stays for a while."""


def told(client: Client, study_id: int, as_json: bool) -> bool:
    """Shows the study's progress until it has ended, then its report; whether it is complete."""
    status = client.study(study_id)
    if status.study.state not in ENDED:
        clock = EventClock(status.at)
        with shown_progress(_objective(status), clock.now_s) as progress:
            progress.say(_state_words(status.study.name, status.study.state))
            narrator = Narrator(client, status, progress, clock)
            for event in client.events(study_id):
                narrator.tell(event)
    report = client.report(study_id)
    if as_json:
        print_json(report)
    else:
        print_text(report_renderable(report))
    return report.study.state is StudyState.COMPLETE


class EventClock:
    """The time of the event that is told: what happened before the watching began is told with its own times.

    So the time left is estimated from how fast the trials were, and not from how fast their events came in.
    """

    def __init__(self, began: datetime) -> None:
        """``began``: this moment, by the service's clock."""
        self._began, self._began_s = began, time.monotonic()
        self._past_s: float | None = None

    def set(self, at: datetime) -> bool:
        """Goes to the time of an event; whether that happened while somebody watched."""
        ago_s = (self._began - at).total_seconds()
        self._past_s = self._began_s - ago_s if ago_s > 0 else None
        return self._past_s is None

    def now_s(self) -> float:
        """Seconds of a clock that never goes back."""
        return time.monotonic() if self._past_s is None else self._past_s


class Narrator:
    """Passes events on to whoever shows them."""

    def __init__(self, client: Client, status: StatusDocument, progress: Progress, clock: EventClock) -> None:
        self._client, self._study, self._progress, self._clock = client, status.study, progress, clock

    def tell(self, event: EventDocument) -> None:
        """One event, in the order of their ids."""
        live = self._clock.set(event.at)
        match event.kind:
            case EventKind.STATE if live and event.detail not in ENDED:
                self._progress.say(_state_words(self._study.name, StudyState(event.detail), event.reason))
            case EventKind.WISH if live:
                self._progress.say(f"Study {self._study.name}: somebody has asked to {event.detail} it.")
            case EventKind.ROUND if event.stage is not None:
                self._learn_metric()
                planned = event.progress.planned if event.progress else int(event.detail)
                self._progress.stage_started(event.stage, event.number or 0, planned, 0, "")
            case EventKind.TRIAL if event.stage is not None:
                self._progress.trial_finished(_result(event))
            case EventKind.VERDICT if event.stage is not None:
                if event.progress and event.progress.speed:
                    self._progress.round_trained(event.stage, event.number or 0, event.progress.speed.speed())
                verdict = Verdict(event.stage, Outcome(event.detail), event.summary or "", event.number or 0)
                self._progress.stage_judged(verdict)

    def _learn_metric(self) -> None:
        """What trials are compared by is known once the data were loaded."""
        if self._study.metric is None:
            status = self._client.study(self._study.id)
            self._study, self._progress.objective = status.study, _objective(status)


def _result(event: EventDocument) -> TrialResult:
    """As much of the result as an event tells."""
    if event.stage is None or event.number is None:
        raise ValueError("the event of a trial has a stage and a number")
    if event.detail == TrialState.COMPLETE:
        return TrialResult(event.stage, event.number, TrialState.COMPLETE, event.value)
    reason = event.reason or "not known"
    if event.detail == TrialState.PRUNED:
        return TrialResult(event.stage, event.number, TrialState.PRUNED, reason=reason)
    return TrialResult(event.stage, event.number, TrialState.FAILED, failure=Failure.ERROR, reason=reason)


def _objective(status: StatusDocument) -> Objective:
    return Objective(metric="val_loss" if status.study.metric == "val_loss" else "val_accuracy")


def _state_words(name: str, state: StudyState, reason: str | None = None) -> str:
    return f"Study {name} {STATE_WORDS.get(state, f'is {state}')}{f' ({reason})' if reason else ''}."
