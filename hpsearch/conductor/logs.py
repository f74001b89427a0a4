"""What the service writes about its work: one JSON object a line, with the same names for the same things."""

import json
import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from hpsearch.speed import Speed
from hpsearch.stage import StageName
from hpsearch.trial import TrialResult
from hpsearch.verdict import Verdict

LOGGER = "hpsearch.conductor"
"""The logger of the service; those of its parts are below it."""
FIELDS = (
    "study",
    "check",
    "stage",
    "round",
    "trial",
    "holder",
    "owner",
    "state",
    "reason",
    "planned",
    "done",
    "count",
    "retry_s",
    "speed",
)
"""What a line may say besides time, level and event. Nothing else gets in, hence no secret."""


def keep_off_the_terminal(logger: logging.Logger) -> None:
    """What nobody has asked to read is not printed, as Python would do with warnings; the caller's handlers hear it."""
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


class JsonLines(logging.Formatter):
    """Writes a record whose message is an event and whose ``extra`` holds some of ``FIELDS``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in FIELDS if record.__dict__.get(name) is not None}
        if record.exc_info is not None and record.exc_info[1] is not None:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(line, default=str, ensure_ascii=False)


class StudyLog:
    """An observer that writes down what happens to one study; ``on_trial`` is called when one has ended or waits."""

    def __init__(self, logger: logging.Logger, study_id: int, on_trial: Callable[[], None]) -> None:
        self._logger, self._study_id, self._on_trial = logger, study_id, on_trial

    def waiting(self, holder: str) -> None:
        """Nobody waits: the service takes what is free."""

    def stage_started(self, stage: StageName, round_number: int, planned: int, done: int, reason: str) -> None:
        """A round begins."""
        self._info("round_started", stage=stage, round=round_number, planned=planned, done=done, reason=reason)

    def rung_reached(self, stage: StageName, numbers: Sequence[int]) -> None:  # noqa: ARG002
        """Trials wait: workers there are."""
        self._on_trial()

    def trial_finished(self, result: TrialResult) -> None:
        """A result was stored."""
        self._on_trial()
        level = logging.INFO if result.failure is None else logging.WARNING
        fields = {"study": self._study_id, "stage": result.stage, "trial": result.number, "state": result.state}
        self._logger.log(level, "trial_finished", extra={**fields, "reason": result.reason})

    def round_trained(self, stage: StageName, round_number: int, speed: Speed) -> None:
        """All trials of a round have ended."""
        self._info("round_trained", stage=stage, round=round_number, speed=asdict(speed))

    def stage_judged(self, verdict: Verdict) -> None:
        """A verdict was stored."""
        self._info(
            "round_judged", stage=verdict.stage, round=verdict.round, state=verdict.outcome, reason=verdict.summary
        )

    def _info(self, event: str, **fields: object) -> None:
        self._logger.info(event, extra={"study": self._study_id, **fields})
